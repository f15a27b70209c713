import { join } from "node:path";
import { type Seed, SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type CallFailed, DynamicHost, providerText } from "../support/dynamic-host";
import { repositoryFolder } from "../support/repository";
import { temporaryFolder } from "../support/temporary-folder";

const seed: Seed = {
  hostName: "HV-TEST",
  machines: [{ name: "web-01" }, { name: "web-02" }, { name: "db-01" }],
  groups: [
    { name: "web-tier", members: ["web-01", "web-02", "db-01"] },
    { name: "twins", id: "11111111-1111-4111-8111-111111111111", members: ["web-01"] },
    { name: "twins", id: "22222222-2222-4222-8222-222222222222", members: ["web-02"] },
  ],
  jobs: {
    CreateSnapshot: { seconds: 0.4, progress: "linear" },
    DestroySnapshot: { seconds: 0.1, progress: "linear" },
  },
};

let folder: string;
let simulated: SimulatedHost;
let provider: DynamicHost;

const storeFile = () => join(folder, "host.jsonl");
const start = (configuration: Record<string, string> = {}) =>
  DynamicHost.start(
    {
      "hyperv-snapshots:transport": "simulated",
      "hyperv-snapshots:simulatedHost": storeFile(),
      ...configuration,
    },
    repositoryFolder,
  );
const snapshots = () =>
  simulated
    .tree()
    .groups.find(({ name }) => name === "web-tier")!
    .machines.map(({ snapshots }) => snapshots.length);
const failure = async (promise: Promise<unknown>): Promise<CallFailed> =>
  promise.then(
    () => expect.unreachable("it should have failed"),
    (error) => error,
  );

beforeEach(() => {
  folder = temporaryFolder();
  simulated = SimulatedHost.open({ storeFile: storeFile(), seed });
});
afterEach(async () => {
  await provider?.stop();
});

describe("a snapshot", () => {
  it("is created, read, unchanged by an update without changes, and deleted", async () => {
    provider = await start();
    const { inputs, failures } = await provider.check({ collection: "web-tier", triggers: ["1.4.0"] });
    expect(failures).toEqual([]);
    const { id, outputs } = await provider.create(inputs);
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    const collectionId = outputs["snapshotCollectionId"] as string;
    expect(outputs).toEqual({
      __provider: providerText,
      collection: "web-tier",
      snapshotType: "Standard",
      triggers: ["1.4.0"],
      resultingSnapshotCollection: `\\\\HV-TEST\\root\\virtualization\\v2:Msvm_SnapshotCollection.CollectionID="${collectionId}"`,
      snapshotCollectionId: collectionId,
      collectionId: simulated.tree().groups[0]?.id,
      collectionPath: expect.stringContaining("Msvm_VirtualSystemCollection.CollectionID"),
      collectionName: "web-tier",
      hostName: "HV-TEST",
      members: ["db-01", "web-01", "web-02"].map((vmName) => ({
        vmId: expect.any(String),
        vmName,
        snapshotId: expect.stringMatching(/^Microsoft:/),
        createdAt: outputs["createdAt"],
        hasSavedState: false,
      })),
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      job: { id: expect.any(String), elapsedSeconds: expect.any(Number), warnings: [] },
    });
    expect(snapshots()).toEqual([1, 1, 1]);
    expect(simulated.methodCalls["CreateSnapshot"]).toBe(1);

    expect(await provider.diff(id, outputs, inputs)).toEqual({
      changes: false,
      replaces: [],
      deleteBeforeReplace: false,
    });
    const read = await provider.read(id, outputs);
    expect(read).toEqual({ id, outputs, inputs: { ...inputs, __provider: providerText } });

    await provider.delete(id, outputs);
    expect(snapshots()).toEqual([0, 0, 0]);
    await provider.delete(id, outputs);
    expect((await provider.read(id, outputs)).id).toBe("");
  });

  it("completes at once if the host needs no job", async () => {
    simulated.setOption("completion", "atOnce");
    provider = await start();
    const { outputs } = await provider.create({ collection: "web-tier" });
    expect(outputs["job"]).toBeNull();
    expect(outputs["members"]).toHaveLength(3);
    expect(snapshots()).toEqual([1, 1, 1]);
  });

  it("shows its progress in the resource's row", async () => {
    provider = await start();
    const urn = "urn:pulumi:test::project::pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot::before";
    await provider.create({ collection: "web-tier", __meta: { urn } });
    const shown = provider.logs.filter(({ ephemeral }) => ephemeral);
    expect(shown.every((log) => log.urn === urn && log.severity === "info")).toBe(true);
    // how often it does is the unit tests' matter, on a clock that no machine can slow
    const ofTheJob = shown.filter(({ text }) => text.startsWith("snapshot job: "));
    expect(ofTheJob.length).toBeGreaterThan(0);
    for (const { text } of ofTheJob) expect(text).toMatch(/^snapshot job: \w+ \d+ %, \d+ s$/);
  });

  it("can be read by the host's id alone", async () => {
    provider = await start();
    const { outputs } = await provider.create({ collection: "web-tier", snapshotType: "Recovery" });
    const reference = outputs["resultingSnapshotCollection"] as string;
    for (const id of [outputs["snapshotCollectionId"] as string, reference]) {
      const read = await provider.read(id, {});
      expect(read.id).toBe(id);
      expect(read.outputs).toMatchObject({
        resultingSnapshotCollection: reference,
        collectionName: "web-tier",
        snapshotType: "Recovery",
        members: outputs["members"],
      });
    }
  });
});

describe("a job", () => {
  it("that fails leaves no snapshot and reports the host's error", async () => {
    simulated.injectFault({
      method: "CreateSnapshot",
      job: { endState: 10, atPercent: 40, errorCode: 32775, errorDescription: "Der Vorgang ist fehlgeschlagen." },
    });
    provider = await start();
    const error = await failure(provider.create({ collection: "web-tier" }));
    expect(error.initFailed).toBeUndefined();
    expect(error.message).toContain("state 10 (Exception)");
    expect(error.message).toContain("32775 (Invalid state for this operation)");
    expect(error.message).toContain("Der Vorgang ist fehlgeschlagen.");
    expect(error.message).toContain("No snapshot was taken");
    expect(snapshots()).toEqual([0, 0, 0]);
  });

  it("that outlasts the timeout is resumed by update, and one snapshot is taken", async () => {
    simulated.injectFault({ method: "CreateSnapshot", job: { seconds: 5 } });
    provider = await start();
    const inputs = { collection: "web-tier", snapshotType: "Standard", __meta: { timeouts: { create: "300ms" } } };
    const { initFailed } = await failure(provider.create(inputs));
    expect(initFailed?.properties).toMatchObject({ ...inputs, __provider: providerText, snapshotCollectionId: null });
    expect(initFailed?.reasons[0]).toContain("the next `pulumi up` resumes this snapshot and takes no second one");
    const { id, properties } = initFailed!;
    expect(await provider.diff(id, properties, inputs)).toMatchObject({ changes: true, replaces: [] });

    const outputs = await provider.update(id, properties, inputs);
    expect(outputs["__pending"]).toBeUndefined();
    expect(outputs["members"]).toHaveLength(3);
    expect(simulated.methodCalls["CreateSnapshot"]).toBe(1);
    expect(snapshots()).toEqual([1, 1, 1]);
  });

  it("that outlasts the timeout is cancelled by delete", async () => {
    simulated.injectFault({ method: "CreateSnapshot", job: { seconds: 60 } });
    provider = await start();
    const { initFailed } = await failure(
      provider.create({ collection: "web-tier", __meta: { timeouts: { create: "200ms" } } }),
    );
    await provider.delete(initFailed!.id, initFailed!.properties);
    expect(simulated.methodCalls["RequestStateChange"]).toBe(1);
    expect(snapshots()).toEqual([0, 0, 0]);
  });

  it("that the host forgets is found by looking at the group", async () => {
    simulated.injectFault({ method: "CreateSnapshot", job: { lostAtPercent: 50, takesEffect: true } });
    provider = await start();
    const { outputs } = await provider.create({ collection: "web-tier" });
    expect(outputs["members"]).toHaveLength(3);
  });
});

describe("a snapshot with later checkpoints", () => {
  it.each([
    ["unknown", true],
    ["kept", false],
    ["removed", false],
  ])("is destroyed and replaced as the configuration says: dependents %s", async (dependents, refuses) => {
    provider = await start({ "hyperv-snapshots:dependents": dependents });
    const older = await provider.create({ collection: "web-tier" });
    const newer = await provider.create({ collection: "web-tier" });
    expect(await provider.diff(older.id, older.outputs, { collection: "twins", snapshotType: "Standard" })).toEqual({
      changes: true,
      replaces: ["collection"],
      deleteBeforeReplace: dependents !== "kept",
    });
    if (refuses) {
      const error = await failure(provider.delete(older.id, older.outputs));
      expect(error.message).toContain("3 later checkpoints depend on this snapshot");
      expect(error.message).toContain("hyperv-snapshots:dependents");
      expect(snapshots()).toEqual([2, 2, 2]);
    }
    await provider.delete(newer.id, newer.outputs);
    await provider.delete(older.id, older.outputs);
    expect(snapshots()).toEqual([0, 0, 0]);
  });
});

describe("bad input", () => {
  it("is reported all at once, each problem on its property", async () => {
    provider = await start();
    const { failures } = await provider.check({
      colection: "x",
      snapshotType: 7,
      settings: { consistencyLevel: "Total", ignoreDisks: true },
      triggers: { file: { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17" } },
    });
    expect(failures.map(([property]) => property).sort()).toEqual([
      "colection",
      "collection",
      "settings.consistencyLevel",
      "settings.ignoreDisks",
      "snapshotType",
      "triggers",
    ]);
    expect(Object.fromEntries(failures)).toMatchObject({
      colection: expect.stringContaining("Did you mean collection"),
      "settings.ignoreDisks": expect.stringContaining("ignoreNonSnapshottableDisks"),
      snapshotType: expect.stringContaining("reserved by the DMTF"),
    });
  });

  it("that only the host can detect is reported with the host's groups", async () => {
    provider = await start();
    const unknown = await failure(provider.create({ collection: "web-teir" }));
    expect(unknown.message).toContain('the host has "web-tier"');
    const twins = await failure(provider.create({ collection: "twins" }));
    expect(twins.message).toContain("11111111-1111-4111-8111-111111111111, 22222222-2222-4222-8222-222222222222");
    expect(simulated.methodCalls["CreateSnapshot"]).toBeUndefined();
  });

  it.each([
    [{ "hyperv-snapshots:transprot": "simulated" }, "Did you mean hyperv-snapshots:transport?"],
    [{ "hyperv-snapshots:transport": "carrier-pigeon" }, '"carrier-pigeon" isn\'t one of its values'],
    [{ "hyperv-snapshots:dependents": "maybe" }, "Allowed values: unknown, kept, removed"],
  ])("in the configuration is reported: %j", async (configuration, said) => {
    provider = await start(configuration as Record<string, string>);
    const error = await failure(provider.check({ collection: "web-tier" }));
    expect(error.message).toContain(said);
    expect(provider.stderr).not.toContain("    at ");
  });

  it("without a transport names the command that sets one", async () => {
    provider = await DynamicHost.start({}, repositoryFolder);
    const error = await failure(provider.check({ collection: "web-tier" }));
    expect(error.message).toContain("pulumi config set hyperv-snapshots:transport");
  });
});
