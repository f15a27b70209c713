import { describe, expect, it } from "vitest";
import { CommandLine } from "../../support/command-line";
import { exportedSnapshot, exportedState } from "../../support/exported-state";

const type = "pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot";

describe("hyperv-snapshots show", () => {
  it("finds a snapshot by the host's id in any form, by its reference, and by a resource's id, name or URN in the state", async () => {
    const at = new CommandLine();
    const id = at.takeSnapshot();
    at.takeSnapshot();
    const { value } = await at.json(["show", id]);
    expect(value).toMatchObject({
      snapshotCollectionId: id,
      group: { name: "web-tier" },
      machines: [{ vmName: "db-01", enabledState: 2, laterCheckpoints: [expect.stringContaining("db-01")] }, {}],
    });
    const own = "11111111-1111-4111-8111-111111111111";
    const state = at.write(
      "state.json",
      exportedState([exportedSnapshot("before", own, { snapshotCollectionId: id })]),
    );
    const withState = ["--state", state];
    const byResource = [
      [own, ...withState],
      ["before", ...withState],
      [`urn:pulumi:prod::shop::${type}::before`, ...withState],
    ];
    for (const words of [[id.toLowerCase()], [id.slice(0, 8)], [`{${id}}`], [value.reference], ...byResource]) {
      expect((await at.json(["show", ...words])).value, words[0]).toMatchObject({ snapshotCollectionId: id });
    }
    const { stdout } = await at.run(["show", id, "--state", state]);
    expect(stdout).toContain("owner      resource before (urn:pulumi:prod::shop::");
    expect(stdout).toContain('later: "db-01');
  });

  it("says what to do if no snapshot has the id or the name", async () => {
    const at = new CommandLine();
    at.host();
    const missing = await at.run(["show", "11111111-1111-4111-8111-111111111111"]);
    expect(missing.exitCode).toBe(1);
    expect(missing.stderr).toContain("`hyperv-snapshots list`");
    expect(missing.stderr, "no stack").not.toMatch(/\n\s+at /);
    expect((await at.run(["show", "web-tier"])).exitCode).toBe(2);
    expect((await at.run(["show"])).exitCode).toBe(2);
  });
});
