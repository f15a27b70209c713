import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { findPulumiCli } from "../../tools/pulumi-cli";
import { repositoryFolder } from "../support/repository";
import { temporaryFolder } from "../support/temporary-folder";

it("npm run demo takes one snapshot, reports no change the second time, and removes it", async () => {
  const { command } = await findPulumiCli();
  const folder = join(temporaryFolder(), "demo");
  const env = { ...process.env, DEMO_FOLDER: folder, PULUMI_CLI: command, NO_COLOR: "1" };
  const demo = (...parameters: string[]) =>
    execFileSync(process.execPath, [join(repositoryFolder, "tools/dist/demo/main.js"), ...parameters], {
      cwd: repositoryFolder,
      env,
      encoding: "utf8",
    });
  const snapshots = (output: string) => output.match(/snapshot "/g)?.length ?? 0;

  expect(demo("destroy")).toContain("There is nothing to destroy");
  const first = demo();
  expect(first.indexOf("HV-DEMO (simulated)")).toBeLessThan(first.indexOf("$ pulumi up"));
  expect(first).toMatch(
    / {2}\\\\HV-DEMO\\root\\virtualization\\v2:Msvm_SnapshotCollection\.CollectionID="[0-9A-F-]{36}"/,
  );
  expect(snapshots(first)).toBe(3);
  const second = demo();
  expect(second).toMatch(/2 unchanged/);
  expect(snapshots(second)).toBe(6); // before and after
  expect(snapshots(demo("destroy"))).toBe(0);
  expect(demo("reset")).toContain("Forgotten");
});
