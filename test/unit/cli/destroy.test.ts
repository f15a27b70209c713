import { describe, expect, it } from "vitest";
import { CommandLine } from "../../support/command-line";
import { exportedSnapshot, exportedState } from "../../support/exported-state";

const onHost = (at: CommandLine) =>
  at
    .host()
    .query("SELECT * FROM Msvm_SnapshotCollection")
    .map(({ path }) => path.key("CollectionID"));

describe("hyperv-snapshots destroy", () => {
  it("shows what will be destroyed, asks, and waits for the job", async () => {
    const at = new CommandLine();
    const id = at.takeSnapshot();
    at.host().setOption("completion", "job");
    const { exitCode, stdout, stderr } = await at.run(["destroy", id.slice(0, 8)], { answers: "yes\n" });
    expect(stdout).toContain(`${id}  of VM group web-tier`);
    expect(stdout).toContain("machines: db-01, web-01");
    expect(stderr).toContain('Destroy this snapshot? Type "yes" to continue:');
    expect(stdout).toContain(`Destroyed ${id}.`);
    expect(exitCode).toBe(0);
    expect(onHost(at)).toEqual([]);
  });

  it.each(["no\n", "y\n", ""])("changes nothing after the answer %j", async (answers) => {
    const at = new CommandLine();
    const id = at.takeSnapshot();
    const { exitCode, stdout } = await at.run(["destroy", id], { answers });
    expect(exitCode).toBe(4);
    expect(stdout).toContain("Nothing was changed.");
    expect(onHost(at)).toEqual([id]);
  });

  it("refuses without a terminal and without --yes; --dry-run only shows", async () => {
    const at = new CommandLine();
    const id = at.takeSnapshot();
    const refused = await at.run(["destroy", id], { input: "yes\n" });
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("standard input isn't a terminal");
    const dry = await at.json(["destroy", id, "--dry-run"]);
    expect(dry).toMatchObject({ exitCode: 0, value: { snapshots: [{ snapshotCollectionId: id }], destroyed: [] } });
    expect(onHost(at)).toEqual([id]);
    expect(await at.json(["destroy", id, "--yes"])).toMatchObject({ exitCode: 0, value: { destroyed: [id] } });
    expect(onHost(at)).toEqual([]);
  });

  it("refuses a snapshot that a resource owns, names the resource, and destroys none of the others", async () => {
    const at = new CommandLine();
    const [owned, free] = [at.takeSnapshot(), at.takeSnapshot("mail")];
    const state = exportedState([exportedSnapshot("before", "1", { snapshotCollectionId: owned })]);
    const input = JSON.stringify(state);
    for (const name of [owned, "before"]) {
      const refused = await at.run(["destroy", free, name, "--yes", "--state", "-"], { input });
      expect(refused.exitCode).not.toBe(0);
      expect(refused.stderr).toMatch(
        /^Refusing to destroy \S+ on HV-TEST: the resource urn:\S+::before owns it\. Nothing was destroyed\./,
      );
    }
    expect(onHost(at)).toHaveLength(2);
  });

  it("refuses a snapshot with dependent snapshots, unless they go too or the host keeps them", async () => {
    const at = new CommandLine();
    const [first, second] = [at.takeSnapshot(), at.takeSnapshot()];
    const refused = await at.json(["destroy", first, "--yes"]);
    expect(refused.value.error).toMatchObject({ code: "DEPENDENTS_UNKNOWN", outcome: "Nothing was destroyed" });
    expect(refused.value.error.answer).toMatch(/^2 later checkpoints depend on it \(snapshot collection /);
    const removed = await at.json(["destroy", first, "--yes", "--config", "dependents=removed"]);
    expect(removed.value.error.code).toBe("DEPENDENTS_COLLECTED");
    expect(onHost(at)).toHaveLength(2);
    const both = await at.json(["destroy", first, second, "--yes"]);
    expect(both.value.destroyed, "newest first").toEqual([second, first]);
    const keeping = new CommandLine();
    const [older] = [keeping.takeSnapshot(), keeping.takeSnapshot()];
    const kept = await keeping.json(["destroy", older, "--yes", "--config", "dependents=kept"]);
    expect(kept).toMatchObject({ exitCode: 0, value: { destroyed: [older] } });
  });

  it("doesn't cancel the host's job when it is interrupted", async () => {
    const at = new CommandLine();
    const id = at.takeSnapshot();
    at.host().setOption("completion", "job");
    at.host().injectFault({ method: "DestroySnapshot", job: { stallAtPercent: 10 } });
    const controller = new AbortController();
    const interruption = () => {
      setTimeout(() => controller.abort(), 20);
      return { signal: controller.signal, end: () => {} };
    };
    const { exitCode, stderr } = await at.run(["destroy", id, "--yes"], { interruption });
    expect(exitCode).toBe(130);
    expect(stderr).toContain("The job continues on the host.");
  });
});
