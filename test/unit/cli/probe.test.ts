import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Surroundings } from "../../../provider/src/cli/surroundings";
import { JobMonitor } from "../../../provider/src/jobs/job-monitor";
import { simulatedSession } from "../../../provider/src/transports/simulated/simulated-session";
import { CommandLine } from "../../support/command-line";
import { ProbedHost } from "../../support/probe-simulated";
import { repositoryFolder } from "../../support/repository";

const fixture = join(repositoryFolder, "test/fixtures/recordings/simulated-unusual.json");

/** The command against a host in memory, both on one fake clock. */
class ProbeCommand {
  readonly at = new CommandLine();
  readonly probed = new ProbedHost();
  readonly file = join(this.at.folder, "hyperv-probe.json");

  run(words: readonly string[], how: { answers?: string } & Partial<Surroundings> = {}) {
    const { clock, host } = this.probed;
    const connect = async () => {
      const session = simulatedSession(host, (ms, signal) => clock.sleep(ms, signal));
      return { session, jobs: new JobMonitor(session, clock, () => 0.5) };
    };
    // what the command looks for before it connects
    this.at.host();
    return clock.run(this.at.run(["probe", "--group", "Payroll", ...words], { clock, connect, ...how }));
  }

  get recording() {
    return JSON.parse(readFileSync(this.file, "utf8"));
  }
}

describe("hyperv-snapshots probe", () => {
  it("only reads without --take-one, and writes the recording", async () => {
    const command = new ProbeCommand();
    const { exitCode, stdout } = await command.run([]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^collectionIdForm +upperCase$/m);
    expect(stdout).toContain(command.file);
    expect(command.recording).toMatchObject({ tookSnapshots: false, madeBy: "the simulated host" });
    expect(command.probed.host.methodCalls).toEqual({});
  });

  it("says what it is about to do, and asks", async () => {
    const command = new ProbeCommand();
    const declined = await command.run(["--take-one"], { answers: "y\n" });
    expect(declined).toMatchObject({ exitCode: 4, stdout: expect.stringContaining("Payroll-03  Off") });
    expect(existsSync(command.file)).toBe(false);
    const unasked = await command.run(["--take-one"]);
    expect(unasked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("Pass --yes") });
    expect(command.probed.host.methodCalls).toEqual({});
    const confirmed = await command.run(["--take-one", "--label", "a lab"], { answers: "yes\n" });
    expect(confirmed.exitCode).toBe(0);
    expect(command.recording).toMatchObject({ tookSnapshots: true, label: "a lab", left: 0 });
  });

  it("writes one JSON value with --json, and overwrites nothing", async () => {
    const command = new ProbeCommand();
    const { stdout } = await command.run(["--take-one", "--yes", "--json", "--out", "other.json"]);
    const written = JSON.parse(readFileSync(join(command.at.folder, "other.json"), "utf8"));
    expect(JSON.parse(stdout)).toEqual({ formatVersion: 1, ...written });
    const again = await command.run(["--out", "other.json"]);
    expect(again).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("the file exists already") });
  });

  it("exits with 130 if interrupted, 3 if objects remain on the host, and 1 if the group doesn't exist", async () => {
    const interrupted = new ProbeCommand();
    const controller = new AbortController();
    interrupted.probed.onRequest = ({ methodName }) => {
      if (methodName === "CreateSnapshot") controller.abort();
    };
    const interruption = () => ({ signal: controller.signal, end: () => {} });
    expect((await interrupted.run(["--take-one", "--yes"], { interruption })).exitCode).toBe(130);
    expect(interrupted.recording.left).toBe(0);

    const stuck = new ProbeCommand();
    stuck.probed.host.injectFault({ method: "DestroySnapshot", returnValue: 32_768, times: 1000 });
    const { exitCode, stderr } = await stuck.run(["--take-one", "--yes"]);
    expect(exitCode).toBe(3);
    expect(stderr).toContain("LEFT BEHIND on HV-SECRET: Msvm_SnapshotCollection");

    const elsewhere = new ProbeCommand();
    expect((await elsewhere.run(["--group", "Payrol"])).exitCode).toBe(1);
  });
});

describe("hyperv-snapshots simulate --from", () => {
  it("creates a simulated host that behaves as recorded, and says how many options were recorded", async () => {
    const at = new CommandLine();
    const { exitCode, stdout, stderr } = await at.run(["simulate", "--from", fixture]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain("option membersOff=accept");
    expect(stdout).toContain("machine-5");
    expect(stderr).toMatch(/\d+ of \d+ options are as recorded of the simulated host/);
    expect(at.host().options).toMatchObject({ collectionIdForm: "braced", dependents: "removed" });
    expect((await at.run(["simulate", "--from", fixture])).stderr).toContain("the file exists already");
  });

  it("keeps the default and says so if no option value matches the recording", async () => {
    const at = new CommandLine();
    const recording = JSON.parse(readFileSync(fixture, "utf8"));
    for (const answer of recording.answers) if (answer.question === "emptyGroup") answer.answer = "refuse32779";
    const { stderr } = await at.run(["simulate", "--from", at.write("recording.json", recording)]);
    expect(stderr).toContain("emptyGroup: the host's answer was refuse32779");
    expect(at.host().options.emptyGroup).toBe("refuse32775");
  });

  it("refuses a file that isn't a recording, and shows its help without a file", async () => {
    const at = new CommandLine();
    const wrong = await at.run(["simulate", "--from", at.write("wrong.json", {})]);
    expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("wrong.json") });
    expect((await at.run(["simulate"])).stderr).toContain("--from");
    expect((await at.json(["simulate", "--from", fixture])).value.options.membersOff).toBe("accept");
  });
});

describe("hyperv-snapshots probe --vmms-stopped", () => {
  it("asks only what a stopped VMMS answers, and needs no group", async () => {
    const at = new CommandLine();
    const host = at.host();
    host.setOption("stoppedVmms", "failed");
    expect(await at.run(["probe", "--vmms-stopped"])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("VMMS runs"),
    });
    host.stopVmms();
    const { exitCode, stdout } = await at.run(["probe", "--vmms-stopped", "--out", "stopped.json"]);
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining("A stopped VMMS answers: failed.")]);
    const both = await at.run(["probe", "--vmms-stopped", "--group", "web-tier"]);
    expect(both).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("cannot be used with option") });
    expect(await at.run(["probe"])).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--group NAME") });
  });
});
