import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../support/temporary-folder";
import { ProviderStage, type StagePlace, type Way } from "./provider-stage";
import { simulatedWay } from "./ways";

const isWindows = process.platform === "win32";
const inputs = { triggers: [1], snapshotName: "before" };
const others = { ...inputs, triggers: [2] };

const afterTheRequest = "invoke CreateSnapshot #1 after";
const accepted = "write record accepted #1 after";

interface NewStage extends StagePlace {
  readonly way?: Way;
  readonly configuration?: Readonly<Record<string, string>>;
}

/** A stage on a host of its own, or on that of others. */
function newStage({ way = simulatedWay(), configuration = {}, ...place }: NewStage = {}): ProviderStage {
  const stage = new ProviderStage(way, configuration, place);
  onTestFinished(() => stage.end());
  return stage;
}

/** What several stages have in common. */
const shared = () => ({
  way: simulatedWay(),
  records: join(temporaryFolder(), "records"),
  configuration: { "hyperv-snapshots:dependents": "kept" },
});

/** The host has these, and was asked for so many in all. */
function expectOnHost(stage: ProviderStage, named: readonly (string | undefined)[], sent: number): void {
  expect(stage.collections().toSorted()).toEqual(named.toSorted());
  expect(stage.sent).toBe(sent);
}

/** The provider is killed when the host has the request. */
async function killedUp(stage: ProviderStage, point = afterTheRequest): Promise<void> {
  expect(await stage.interrupt(point, "provider", () => stage.up(inputs))).toBe(true);
  // the host resumes it
  await expect.poll(() => stage.collections()).toHaveLength(1);
}

const aged = (hours: number) => (text: string) =>
  text.replace(/"beganAt":"([^"]+)"/, (_, moment) =>
    JSON.stringify({ beganAt: new Date(Date.parse(moment) - hours * 3_600_000).toISOString() }).slice(1, -1),
  );

describe("concurrent updates", () => {
  it("two stacks on one group each get their own snapshot", async () => {
    const common = shared();
    const [one, two] = [newStage({ ...common, stack: "one" }), newStage({ ...common, stack: "two" })];
    await Promise.all([one.up(inputs), two.up(inputs)]);
    expect(one.named).not.toBe(two.named);
    expectOnHost(one, [one.named, two.named], 2);
    await Promise.all([one.destroy(), two.destroy()]);
    expectOnHost(one, [], 2);
  });

  it.skipIf(isWindows)(
    "the owner of a recovery record is stopped: a second up waits for it, and returns the same snapshot",
    async () => {
      const common = shared();
      const [owner, second] = [newStage(common), newStage(common)];
      owner.points.arm("query Msvm_ConcreteJob #1 after", "stop");
      const stopped = owner.upWithoutCli(inputs);
      await expect.poll(() => owner.points.hasFired).toBe(true);
      let isOver = false;
      const waiting = second.up(inputs).finally(() => {
        isOver = true;
      });
      // it looks several times a second: a stopped process keeps its lock
      await setTimeout(3000);
      expect(isOver).toBe(false);
      // the owner's CLI was killed in the meantime: the owner ends without an answer
      const ended = owner.loseEngine();
      owner.signal("SIGCONT");
      await Promise.all([ended, stopped.catch(() => {}), waiting]);
      expectOnHost(second, [second.named], 1);
    },
  );

  it("two backends with the same project and stack, chosen by `pulumi login`: neither adopts the other's snapshot", async () => {
    const common = shared();
    const [here, there] = ["https://one.example", "https://two.example"].map((current) => {
      const home = temporaryFolder();
      writeFileSync(join(home, "credentials.json"), JSON.stringify({ current }));
      return newStage({ ...common, environment: { PULUMI_BACKEND_URL: "", PULUMI_HOME: home } });
    }) as [ProviderStage, ProviderStage];
    await killedUp(here);
    await there.up(inputs);
    expect(there.sent).toBe(2);
    await here.up(inputs);
    expect(here.named).not.toBe(there.named);
    expectOnHost(here, [here.named, there.named], 2);
  });
});

describe("a snapshot that was removed from the state", () => {
  it.each([
    { which: "the same", next: inputs },
    { which: "other", next: others },
  ])("stays on the host, and an up with $which inputs takes a new one", async ({ next }) => {
    const stage = newStage();
    await stage.up(inputs);
    const kept = stage.named;
    stage.forget();
    await stage.up(next);
    expectOnHost(stage, [kept, stage.named], 2);
    await stage.destroy();
    expectOnHost(stage, [kept], 2);
  });
});

describe("an up after an interrupted up", () => {
  it("resumes with another timeout", async () => {
    const stage = newStage();
    await killedUp(stage);
    await stage.up(inputs, { create: "10m" });
    expectOnHost(stage, [stage.named], 1);
  });

  it.each([afterTheRequest, accepted])(
    "with changed inputs takes a new snapshot and removes the first (%s)",
    async (point) => {
      const stage = newStage();
      await killedUp(stage, point);
      await stage.up(others);
      expectOnHost(stage, [stage.named], 2);
    },
  );

  it("a day later takes a new snapshot and removes the first if it provably belongs to the resource", async () => {
    const stage = newStage();
    await killedUp(stage, accepted);
    stage.rewriteRecords(aged(24));
    await stage.up(inputs);
    expectOnHost(stage, [stage.named], 2);
  });

  it("a day later keeps the first snapshot and reports it if it may have another owner", async () => {
    const stage = newStage();
    await killedUp(stage);
    const [first] = stage.collections();
    stage.rewriteRecords(aged(24));
    await stage.up(inputs);
    expectOnHost(stage, [first, stage.named], 2);
    expect(stage.warnings).toEqual([expect.stringContaining(`may be another's: ${first}`)]);
  });

  it("resumes if the clock was set back by half a minute, but not by a day", async () => {
    const stage = newStage();
    await killedUp(stage, accepted);
    stage.rewriteRecords(aged(-0.5 / 60));
    expect(await stage.interrupt("write record returned #1 before", "provider", () => stage.up(inputs))).toBe(true);
    expect(stage.sent).toBe(1);
    stage.rewriteRecords(aged(-24));
    await stage.up(inputs);
    expectOnHost(stage, [stage.named], 2);
  });
});

describe("a folder of recovery records", () => {
  it.skipIf(isWindows)("that can't be written to stops the update before any host request", async () => {
    const stage = newStage({ configuration: { "hyperv-snapshots:recoveryFolder": "/dev/null/records" } });
    await expect(stage.up(inputs)).rejects.toThrow(/Nothing was asked of the host.*hyperv-snapshots:recoveryFolder/s);
    expectOnHost(stage, [], 0);
  });

  it("on a full disk stops the update before any host request", async () => {
    const stage = newStage();
    const failure = stage.interrupt("write record requested #1 before", "full", () => stage.up(inputs));
    expect(await failure).toBe(true);
    expectOnHost(stage, [], 0);
    await stage.up(inputs);
    expectOnHost(stage, [stage.named], 1);
  });

  it("on a disk that fills up after the host request doesn't fail the update", async () => {
    const stage = newStage();
    expect(await stage.interrupt("write record accepted #1 before", "full", () => stage.up(inputs))).toBe(true);
    expectOnHost(stage, [stage.named], 1);
  });

  it.each([
    { which: "torn", text: '{"version":1,"id":"4', says: /it is damaged/ },
    { which: "of a later version", text: '{"version":99}', says: /a later version wrote it/ },
  ])(
    "with a recovery record that is $which stops every update until a person removes the record",
    async ({ text, says }) => {
      const stage = newStage();
      await killedUp(stage);
      const [first] = stage.collections();
      stage.rewriteRecords(() => text);
      await expect(stage.up(inputs)).rejects.toThrow(says);
      expectOnHost(stage, [first], 1);
      stage.removeRecords();
      await stage.up(inputs);
      expectOnHost(stage, [first, stage.named], 2);
    },
  );
});
