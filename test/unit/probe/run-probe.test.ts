import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { notAsked, probeQuestions } from "../../../provider/src/probe/probe-questions";
import { askStoppedVmms } from "../../../provider/src/probe/questions/stopped-vmms";
import { recordedHost } from "../../../provider/src/probe/recorded-host";
import { type Recording, readRecording, recordingVersion } from "../../../provider/src/probe/recording";
import { stoppedVmmsRecording } from "../../../provider/src/probe/run-probe";
import { NoAnswer } from "../../../provider/src/probe-answer";
import { defaultOptions, type HostOptions, optionValues, type Seed } from "../../../provider/src/simulator/index";
import { simulatedSession } from "../../../provider/src/transports/simulated/simulated-session";
import { everyStateSeed, ProbedHost, seedFrom } from "../../support/probe-simulated";
import { repositoryFolder } from "../../support/repository";

const withOptions = (options: Partial<HostOptions>, others: Partial<Seed> = {}): Seed => ({
  ...everyStateSeed,
  ...others,
  options,
});

const answerOf = ({ answers }: Recording, id: string) => answers.find(({ question }) => question === id)?.answer;

/** Values that show only where the host also does something else that isn't its default. */
const onlyBeside: Partial<Record<keyof HostOptions, Partial<HostOptions>>> = {
  resultReferenceAtOnce: { completion: "atOnce" },
  groupResultRow: { groupCompletion: "job" },
};

/** Without rights there is no group to ask about. */
const withoutRights = ["allHidden", "denied"];

/** Asked of a host on which there is nothing else to ask. */
const onlyStopped = "stoppedVmms";

const cases = probeQuestions.flatMap(({ id, option }) =>
  (option === undefined || option === onlyStopped ? [] : optionValues[option as keyof HostOptions])
    .filter((value) => !withoutRights.includes(value))
    .map((value) => ({ id, option: option as keyof HostOptions, value })),
);

describe("a probe that takes snapshots", () => {
  it.each(cases)(
    "detects $option = $value, and a host with that option gives the same result",
    async ({ id, option, value }) => {
      const probed = new ProbedHost(withOptions({ ...onlyBeside[option], [option]: value }));
      const before = probed.things;
      const recording = await probed.probe();
      expect(answerOf(recording, id)).toBe(value);
      expect(recordedHost(recording).settled[option]).toBe(value);
      expect(probed.things).toEqual(before);
      expect(probed.left).toEqual([]);
      const again = new ProbedHost(seedFrom(recording));
      expect(again.host.options[option]).toBe(value);
      expect(await again.probe()).toEqual(recording);
    },
  );

  it("has a question for every option of the simulated host, or a reason for its absence", () => {
    const asked = probeQuestions.flatMap(({ option }) => option ?? []);
    expect([...asked, ...Object.keys(notAsked)].sort()).toEqual(Object.keys(defaultOptions).sort());
    expect(new Set(probeQuestions.map(({ id }) => id)).size).toBe(probeQuestions.length);
  });

  it("omits everything that identifies the host", async () => {
    const probed = new ProbedHost(withOptions({ snapshotCollectionName: "group", collectionIdForm: "lowerCase" }));
    const text = JSON.stringify(await probed.probe());
    expect(text).not.toMatch(/payroll|HV-SECRET/i);
    expect(text).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}/i);
    expect(text).toContain("guid-1");
  });

  it("continues if a machine is missing, and says why a question stays open", async () => {
    const probed = new ProbedHost({ machines: [{ name: "a", state: "off" }], groups: [{ name: "g", members: ["a"] }] });
    const { answers } = await probed.probe();
    expect(answers).toContainEqual({
      question: "completion",
      answer: null,
      because: "no machine of the group is running",
    });
    expect(answers.find(({ question }) => question === "membersOff")?.answer).toBe("refuse32770");
  });

  it("records an answer that no option value matches", async () => {
    const probed = new ProbedHost();
    probed.host.injectFault({ method: "CreateSnapshot", returnValue: 32_779 });
    expect(answerOf(await probed.probe(), "emptyGroup")).toBe("refuse32779");
  });

  it("stops on a host that refuses every snapshot, and removes everything it made", async () => {
    const probed = new ProbedHost();
    const before = probed.things;
    probed.host.injectFault({ method: "CreateSnapshot", returnValue: 32_770, times: 1000 });
    const recording = await probed.probe();
    expect(answerOf(recording, "runningMembers")).toBe("refuse32770");
    expect(recording.answers).toContainEqual({
      question: "dependents",
      answer: null,
      because: "no snapshot was made to look at (refuse32770)",
    });
    expect(probed.things).toEqual(before);
  });
});

describe("a probe that only reads", () => {
  it("calls no method", async () => {
    const probed = new ProbedHost();
    const recording = await probed.probe(false);
    expect(probed.host.requests.invokeMethod).toBe(0);
    expect(recording.tookSnapshots).toBe(false);
    expect(answerOf(recording, "collectionIdForm")).toBe("upperCase");
    expect(recording.answers.find(({ question }) => question === "dependents")).toEqual({
      question: "dependents",
      answer: null,
      because: "it is asked only with --take-one",
    });
  });
});

describe("a probe of a connection", () => {
  it("records the connection's answers before the host's, and counts what a question left on the host", async () => {
    const probed = new ProbedHost();
    const recording = await probed.probe(false, [
      { id: "first", ask: async () => ({ answer: "stays", left: "the PowerShell process 7" }) },
      {
        id: "second",
        ask: async () => {
          throw new NoAnswer("it doesn't say");
        },
      },
    ]);
    expect(recording.answers.slice(0, 2)).toEqual([
      { question: "first", answer: "stays" },
      { question: "second", answer: null, because: "it doesn't say" },
    ]);
    expect(recording.answers).toHaveLength(probeQuestions.length + 2);
    expect(recording.left).toBe(1);
    expect(probed.left).toEqual([expect.objectContaining({ what: "the PowerShell process 7" })]);
  });
});

describe("a probe that is interrupted or loses a response", () => {
  /** What happens at the so-manieth method call. */
  async function disturbed(at: number, disturb: (probed: ProbedHost) => void) {
    const probed = new ProbedHost();
    const before = probed.things;
    let calls = 0;
    probed.onRequest = ({ verb }) => {
      if (verb !== "invokeMethod") return;
      calls += 1;
      if (calls === at) disturb(probed);
    };
    const recording = await probed.probe();
    probed.onRequest = undefined;
    return { probed, before, recording, calls };
  }

  const lose = (probed: ProbedHost) => probed.host.injectFault({ verb: "invokeMethod", connection: "lostAfter" });

  // one of each kind: making groups, taking, cancelling, destroying, writing
  it.each([1, 2, 3, 8, 13, 15, 20, 24, 27, 31, 35, 40, 44, 48, 55, 65, 66, 69, 75])(
    "removes what it made if the response to call %i is lost",
    async (at) => {
      const { probed, before, recording } = await disturbed(at, lose);
      expect(recording.answers.some(({ because }) => because === "CONNECTION_FAILED")).toBe(true);
      expect(probed.left).toEqual([]);
      expect(probed.things).toEqual(before);
    },
  );

  it.each([1, 9, 14, 22, 30, 41, 55, 65, 72])("removes what it made if it is interrupted at call %i", async (at) => {
    const { probed, before, recording } = await disturbed(at, ({ interruption }) => interruption.abort());
    expect(recording.answers.at(-1)).toEqual({
      question: probeQuestions.at(-1)?.id,
      answer: null,
      because: "the probe was interrupted",
    });
    expect(probed.things).toEqual(before);
  });

  it("reports what it can't remove by the host's names, and records only the number", async () => {
    const { probed, recording } = await disturbed(25, ({ host }) =>
      host.injectFault({ method: "DestroySnapshot", returnValue: 32_768, times: 1000 }),
    );
    expect(recording.left).toBe(probed.left.length);
    expect(probed.left.map(({ what }) => what).join("\n")).toMatch(
      /Msvm_SnapshotCollection\.CollectionID="[0-9A-F-]+"/,
    );
    expect(probed.left.map(({ what }) => what).join("\n")).toContain("hyperv-snapshots probe");
    expect(probed.left[0]?.because).toContain("32768");
  });
});

describe("a probe of a host whose VMMS is stopped", () => {
  it.each(optionValues.stoppedVmms)("detects that it answers %s", async (value) => {
    const probed = new ProbedHost(withOptions({ stoppedVmms: value as HostOptions["stoppedVmms"] }));
    probed.host.stopVmms();
    const answer = await askStoppedVmms(simulatedSession(probed.host));
    expect(answer).toBe(value);
    expect(recordedHost(stoppedVmmsRecording(answer, true)).settled).toEqual({ stoppedVmms: value });
    expect(probed.host.requests.invokeMethod).toBe(0);
  });

  it("doesn't report a stopped VMMS for a host that shows machines", async () => {
    await expect(askStoppedVmms(simulatedSession(new ProbedHost().host))).rejects.toThrow("VMMS runs");
  });
});

describe("a probe of running machines", () => {
  it("compares a refusal of the group's snapshot with one of a machine's", async () => {
    const probed = new ProbedHost();
    const service = { group: "Msvm_CollectionSnapshotService", machine: "Msvm_VirtualSystemSnapshotService" };
    probed.host.injectFault({ method: "CreateSnapshot", className: service.group, returnValue: 32_770, times: 1000 });
    const recording = await probed.probe();
    const ids = ["runningMembers", "recoverySettings", "machineSnapshot", "machineRecoverySettings"];
    expect(ids.map((id) => answerOf(recording, id))).toEqual(["refuse32770", "refuse32770", "accept", "accept"]);
  });

  it.each([
    [{}, "enabled"],
    [{ mergingEnabled: false }, "disabled"],
  ])("reads whether the disks of a machine with %j merge", async (machine, answer) => {
    const machines = [{ name: "a", ...machine }];
    const probed = new ProbedHost({ machines, groups: [{ name: "g", members: ["a"] }] });
    expect(answerOf(await probed.probe(false), "mergeSetting")).toBe(answer);
  });

  it.each([
    ["ends", "32770 32772"],
    ["neverBegins", "32770"],
  ] as const)("sees what the machines show where merging %s", async (merging, answer) => {
    const recording = await new ProbedHost(withOptions({ merging })).probe();
    expect(answerOf(recording, "statusWhileTaking")).toBe("32768");
    expect(answerOf(recording, "statusWhileMerging")).toBe(answer);
  });
});

describe("the recording in the fixtures", () => {
  const file = join(repositoryFolder, "test/fixtures/recordings/simulated-unusual.json");
  const unusual: Partial<HostOptions> = {
    collectionIdForm: "braced",
    membersOff: "accept",
    completion: "job",
    resultReferenceOnJob: "given",
    jobResultRow: "memberSnapshots",
    destroyJobType: "72",
    dependents: "removed",
    snapshotNotes: "ignored",
    emptySnapshotCollection: "stays",
    cancelledJob: "leavesSnapshot",
    badSettings: "refuse32768",
  };

  it("states that the simulated host made it, and can be replayed", async () => {
    const made = await new ProbedHost(withOptions(unusual)).probe();
    // to write it again: npx vitest run --project unit test/unit/probe/run-probe.test.ts --update
    await expect(`${JSON.stringify(made, null, 2)}\n`).toMatchFileSnapshot(file);
    const recording = readRecording(file);
    expect(recording.madeBy).toBe("the simulated host");
    expect(recording.version).toBe(recordingVersion);
    const replayed = new ProbedHost(seedFrom(recording));
    expect(replayed.host.options).toMatchObject(unusual);
    expect(await replayed.probe()).toEqual(recording);
  });
});
