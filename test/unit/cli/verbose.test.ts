import { expect, it } from "vitest";
import { CommandLine } from "../../support/command-line";

it("--verbose writes each host request to standard error, and leaves standard output as it is", async () => {
  const at = new CommandLine();
  at.host();
  const quiet = await at.run(["list"]);
  const verbose = await at.run(["list", "--verbose"]);
  expect(quiet.stderr).not.toContain("query SELECT");
  expect(verbose.stdout).toBe(quiet.stdout);
  expect(verbose.stderr).toMatch(/^HV-TEST: query SELECT \* FROM Msvm_VirtualSystemCollection: 2 instances, \d+ ms$/m);
});
