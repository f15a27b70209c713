import { describe, expect, it } from "vitest";
import { CommandLine } from "../../support/command-line";

function brokenAfterSnapshot() {
  const at = new CommandLine();
  const id = at.takeSnapshot();
  for (const machine of ["web-01", "db-01"]) at.host().upgradeMachine(machine, "broken");
  const versions = () =>
    at
      .host()
      .tree()
      .groups[0]?.machines.map(({ applicationVersion }) => applicationVersion);
  return { at, id, versions };
}

describe("hyperv-snapshots restore", () => {
  it("shows what would be lost, asks, waits for the job, and says which machines run afterwards", async () => {
    const { at, id, versions } = brokenAfterSnapshot();
    at.host().setOption("completion", "job");
    const { exitCode, stdout, stderr } = await at.run(["restore", id], { answers: "yes\n" });
    expect(stderr).toContain('Bring 2 machines back? Type "yes" to continue:');
    expect(stderr).toContain("restore job: ");
    expect(stdout).toMatch(
      /db-01 {2}Running: loses the last \d+ s(, unless a later checkpoint holds it)?; powered off/,
    );
    expect(stdout).toContain("No machine is running.\nTo start them: Start-VM -Name db-01, web-01");
    expect(exitCode).toBe(0);
    expect(versions()).toEqual(["1.4.0", "1.4.0"]);
  });

  it.each(["no\n", "y\n", ""])("changes nothing after the answer %j", async (answers) => {
    const { at, id, versions } = brokenAfterSnapshot();
    const { exitCode, stdout } = await at.run(["restore", id], { answers });
    expect(exitCode).toBe(4);
    expect(stdout).toContain("Nothing was changed.");
    expect(versions()).toEqual(["broken", "broken"]);
  });

  it("refuses without a terminal and without --yes; --dry-run only shows", async () => {
    const { at, id, versions } = brokenAfterSnapshot();
    const refused = await at.json(["restore", id], { input: "yes\n" });
    expect(refused).toMatchObject({ exitCode: 2, value: { error: { code: "INVALID_ARGUMENT" } } });
    const dry = await at.json(["restore", id, "--dry-run"]);
    expect(dry).toMatchObject({ exitCode: 0, value: { applied: false, machines: [{ vmName: "db-01" }, {}] } });
    expect(versions()).toEqual(["broken", "broken"]);
    expect((await at.run(["restore", id, "--yes", "--timeout", "soon"])).exitCode).toBe(2);
    const done = await at.json(["restore", id, "--yes"]);
    expect(done).toMatchObject({
      exitCode: 0,
      value: { applied: true, after: [{ vmName: "db-01", state: "Off" }, {}] },
    });
    expect(versions()).toEqual(["1.4.0", "1.4.0"]);
  });

  it("shows later checkpoints, and members that aren't in the snapshot", async () => {
    const { at, id } = brokenAfterSnapshot();
    at.takeSnapshot();
    const host = at.host();
    const [service] = host.query("SELECT * FROM Msvm_CollectionManagementService");
    const [group] = host.query("SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = 'web-tier'");
    const [mail] = host.query("SELECT * FROM Msvm_ComputerSystem WHERE ElementName = 'mail-01'");
    host.invokeMethod(service!.path, "AddMember", { Collection: group!.path, Member: mail!.path });
    const { stdout } = await at.run(["restore", id, "--dry-run"]);
    expect(stdout).toMatch(/1 later checkpoint stays, on a separate branch: "db-01 - \(/);
    expect(stdout).toContain("mail-01  is in the group but not in the snapshot");
  });

  it("reports a refusal, a failed job and a missed deadline, with what is known of the machines", async () => {
    const { at, id, versions } = brokenAfterSnapshot();
    const host = at.host();
    host.setOption("completion", "job");
    const fails = async (fault: object, ...words: string[]) => {
      host.injectFault({ method: "ApplySnapshot", ...fault });
      return at.json(["restore", id, "--yes", ...words]);
    };
    expect(await fails({ returnValue: 32775 })).toMatchObject({
      exitCode: 1,
      value: { error: { code: "METHOD_VENDOR_INVALID_STATE", outcome: "No machine was brought back" } },
    });
    expect(await fails({ job: { endState: 10, atPercent: 0, errorCode: 32768 } })).toMatchObject({
      exitCode: 1,
      value: { error: { code: "JOB_FAILED", outcome: expect.stringContaining("Some machines") } },
    });
    expect(await fails({ job: { stallAtPercent: 10 } }, "--timeout", "300ms")).toMatchObject({
      exitCode: 1,
      value: { error: { code: "JOB_TIMEOUT", outcome: expect.stringContaining("still running") } },
    });
    expect(versions()).toEqual(["broken", "broken"]);
  });

  it("doesn't cancel the host's job when it is interrupted", async () => {
    const { at, id } = brokenAfterSnapshot();
    at.host().setOption("completion", "job");
    const controller = new AbortController();
    const interruption = () => {
      setTimeout(() => controller.abort(), 20);
      return { signal: controller.signal, end: () => {} };
    };
    at.host().injectFault({ method: "ApplySnapshot", job: { stallAtPercent: 10 } });
    const { exitCode, stderr } = await at.run(["restore", id, "--yes"], { interruption });
    expect(exitCode).toBe(130);
    expect(stderr).toContain("The job continues on the host");
  });
});
