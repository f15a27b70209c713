import { describe, expect, it } from "vitest";
import { CommandLine } from "../../support/command-line";

const seed = { hostName: "HV-SEED", machines: [{ name: "a", applicationVersion: "1" }], groups: [] };

describe("hyperv-snapshots simulate", () => {
  it("makes a host from a seed, once", async () => {
    const at = new CommandLine();
    const missing = await at.run(["simulate", "show"]);
    expect(missing).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("simulate init --seed") });
    expect(missing.stdout).toBe("");
    const made = await at.run(["simulate", "init", "--seed", at.write("seed.json", seed)]);
    expect(made).toMatchObject({ exitCode: 0, stdout: "HV-SEED (simulated)\n└─ a  running  application 1\n" });
    const again = await at.run(["simulate", "init"]);
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("there is one already") });
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
    [["set", "membersOff"], "it is no name=value"],
    [["fault", "CreateSnapshot", "returnValue=often"], "returnValue"],
    [["fault", "CreateSnapshot", "returnValue=1", "connection=lostBefore"], "expected one of"],
    [["fault", "CreateSnapshto", "returnValue=1"], 'Did you mean "CreateSnapshot"?'],
    [["fault", "CreateSnapshot", "returnValu=1"], 'returnValu: there is no such key; did you mean "returnValue"?'],
    [["fault", "CreateSnapshot", "job.endStat=1"], 'job.endStat: there is no such key; did you mean "endState"?'],
    [["fault", "querry", "--verb", "delaySeconds=1"], 'verb: it must be "get", "query"'],
    [["upgrade", "2.0", "web-03"], "Its machines are: web-01"],
    [["restart", "--down-seconds", "long"], "it is no number of seconds"],
  ])("%j is refused with what would be right", async (words, said) => {
    const at = new CommandLine();
    at.host();
    expect(await at.run(["simulate", ...words])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining(said) });
  });
});
