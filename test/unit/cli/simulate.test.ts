import { describe, expect, it } from "vitest";
import { systemClock } from "../../../provider/src/jobs/clock";
import { hostBehaviours } from "../../../provider/src/simulator/index";
import { CommandLine } from "../../support/command-line";

const seed = { hostName: "HV-SEED", machines: [{ name: "a", applicationVersion: "1" }], groups: [] };

describe("hyperv-snapshots simulate", () => {
  it("creates a host from a seed, and refuses to create it again", async () => {
    const at = new CommandLine();
    const missing = await at.run(["simulate", "show"]);
    expect(missing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("simulate init --sample") });
    expect(missing.stdout).toBe("");
    const made = await at.run(["simulate", "init", "--seed", at.write("seed.json", seed)]);
    expect(made).toMatchObject({ exitCode: 0, stdout: "HV-SEED (simulated)\n└─ a  running  application 1\n" });
    const again = await at.run(["simulate", "init"]);
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("the file exists already") });
    const wrong = await new CommandLine().run(["simulate", "init", "--seed", at.write("wrong.json", { machine: [] })]);
    expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("wrong.json") });
  });

  it("sets options, faults, versions and machines' states while another process has the host open", async () => {
    const at = new CommandLine();
    const open = at.host();
    expect((await at.run(["simulate", "set", "membersOff=accept", "language=German"])).stdout).toContain(
      "language=German",
    );
    expect(open.options).toMatchObject({ membersOff: "accept", language: "German" });
    expect((await at.json(["simulate", "show"])).value.options.language).toBe("German");
    expect((await at.run(["simulate", "set"])).stdout).toMatch(/membersOff=accept {2}\(refuse32770 \| accept\)/);
    await at.run(["simulate", "upgrade", "2.0", "web-01", "db-01"]);
    expect(open.tree().groups[0]?.machines.map(({ applicationVersion }) => applicationVersion)).toEqual(["2.0", "2.0"]);
    await at.run(["simulate", "start", "mail-01"]);
    const fault = await at.json([
      "simulate",
      "fault",
      "CreateSnapshot",
      "job.endState=10",
      "job.atPercent=40",
      "times=2",
    ]);
    expect(fault.value).toEqual({
      formatVersion: 1,
      fault: { method: "CreateSnapshot", job: { endState: 10, atPercent: 40 }, times: 2 },
    });
    await at.run(["simulate", "fault", "query", "--verb", "connection=lostBefore"]);
    expect(() => open.query("SELECT * FROM Msvm_ComputerSystem")).toThrow("was lost");
    await at.run(["simulate", "restart", "--down-seconds", "60"]);
    expect(() => open.query("SELECT * FROM Msvm_ComputerSystem")).toThrow("it is starting");
  });

  it.each([
    [["set", "membersOff=perhaps"], "Use one of: refuse32770, accept"],
    [["set", "membersOf=accept"], "it has no such option"],
    [["set", "membersOff"], "it isn't of the form name=value"],
    [["fault", "CreateSnapshot", "returnValue=often"], "returnValue"],
    [["fault", "CreateSnapshot", "returnValue=1", "connection=lostBefore"], "expected one of"],
    [["fault", "CreateSnapshto", "returnValue=1"], 'Did you mean "CreateSnapshot"?'],
    [["fault", "CreateSnapshot", "returnValu=1"], 'returnValu: there is no such key; did you mean "returnValue"?'],
    [["fault", "CreateSnapshot", "job.endStat=1"], 'job.endStat: there is no such key; did you mean "endState"?'],
    [["fault", "querry", "--verb", "delaySeconds=1"], 'verb: it must be "get", "query"'],
    [["vmms", "pause"], "it is neither stop nor start"],
    [["machine", "web-01", "EnabledStat=2"], 'Did you mean "EnabledState"?'],
    [["rename", "a name that is too long"], "Use 1 to 15 letters"],
    [["move", "web-01", "no-such-file"], "the file doesn't exist"],
    [["upgrade", "2.0", "web-03"], "Its machines are: web-01"],
    [["restart", "--down-seconds", "long"], "isn't a number of seconds"],
  ])("%j is refused with the correct form", async (words, said) => {
    const at = new CommandLine();
    at.host();
    expect(await at.run(["simulate", ...words])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(said) });
  });

  it("makes a sample host without a seed", async () => {
    const at = new CommandLine();
    const made = await at.run(["simulate", "init", "--sample"]);
    expect(made.stdout).toContain("HV-SAMPLE (simulated)\n├─ VM group web-tier");
    const both = await at.run(["simulate", "init", "--sample", "--seed", "seed.json"]);
    expect(both).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("cannot be used with option '--seed") });
  });

  it("takes checkpoints by hand, and says why the host refuses one", async () => {
    const at = new CommandLine();
    const host = at.host();
    expect((await at.run(["simulate", "checkpoint", "web-01", "db-01"])).stdout).toContain("VM group web-tier");
    expect(host.tree().groups[0]?.machines.map(({ snapshots }) => snapshots.length)).toEqual([1, 1]);
    await at.run(["simulate", "machine", "web-01", "UserSnapshotType=2"]);
    expect(await at.run(["simulate", "checkpoint", "web-01"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("CreateSnapshot returned 32775 (Invalid State For This Operation)"),
    });
  });

  it("takes a snapshot of a group by hand, waits for it, and shows the host", async () => {
    const at = new CommandLine();
    const host = at.host();
    host.setOption("completion", "job");
    const waited: number[] = [];
    const clock = { ...systemClock, sleep: async (milliseconds: number) => void waited.push(milliseconds) };
    const taken = await at.run(["simulate", "snapshot", "web-tier"], { clock });
    expect(taken).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("VM group web-tier") });
    expect(waited).toEqual([2000]);
    host.setOption("completion", "atOnce");
    await at.run(["simulate", "snapshot", "mail"]);
    expect((await at.json(["list", "mail", "--no-stack"])).value.snapshots).toHaveLength(1);
    expect(await at.run(["simulate", "snapshot", "web"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("Its VM groups are: web-tier, mail"),
    });
  });

  it("changes machines, VMMS and the host's name, and moves a machine", async () => {
    const at = new CommandLine();
    const host = at.host();
    const other = new CommandLine();
    other.host({ hostName: "NODE-B" });
    await at.run(["simulate", "machine", "web-01", "OperationalStatus=[11,32776]", "EnabledState=10", "merging=false"]);
    const [machine] = host.query("SELECT * FROM Msvm_ComputerSystem WHERE ElementName = 'web-01'");
    expect([machine?.numbers("OperationalStatus"), machine?.number("EnabledState")]).toEqual([[11, 32776], 10]);
    expect((await at.run(["simulate", "vmms", "stop"])).stdout).toBe("VMMS is stopped.\n");
    expect(host.query("SELECT * FROM Msvm_ComputerSystem")).toEqual([]);
    await at.run(["simulate", "vmms", "start", "--starting-seconds", "60"]);
    expect(host.vmms).toBe("starting");
    await at.run(["simulate", "vmms", "start"]);
    expect((await at.run(["simulate", "move", "web-01", other.storeFile])).stdout).toBe("web-01 moved to NODE-B.\n");
    expect(other.host().tree().otherMachines).toMatchObject([{ name: "web-01" }]);
    expect((await at.run(["simulate", "rename", "HV-NEW"])).stdout).toContain("HV-NEW (simulated)");
  });

  it("says what each option and each of its values means", async () => {
    const { stdout } = await new CommandLine().run(["simulate", "set", "--help"]);
    for (const { id, option } of hostBehaviours) {
      for (const meaning of Object.values(option?.values ?? {}))
        expect(stdout.replaceAll(/\s+/g, " "), id).toContain(meaning);
    }
  });
});
