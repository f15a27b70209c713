import { randomUUID } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { Properties } from "../../../provider/src/process/resource-call";
import type { RecoveryRecord } from "../../../provider/src/recovery/record";
import { locksFolder, recordFile, resourceFolder } from "../../../provider/src/recovery/record-files";
import { collectionsOn, kept, killedInMidJob, recordsIn } from "../../support/interrupted-run";
import { inputsWithUrn, LifecycleInProcess, standardInputs } from "../../support/lifecycle-in-process";
import { takeByHand, webTierSeed } from "../../support/simulated-hosts";

const { urn } = inputsWithUrn.__meta;
const withMeta = (meta: Properties, more: Properties = {}): Properties => ({
  ...standardInputs,
  ...more,
  __meta: meta,
});

/** What `import` and `pulumi import --file` put into the state: the snapshot, under an id of its own. */
async function imported(at: LifecycleInProcess, inputs: Properties) {
  const [collection] = collectionsOn(at);
  const { props = {} } = await at.run(at.lifecycle.read(String(collection), { __provider: "text" }));
  const { __meta: _, ...given } = inputs;
  return { id: randomUUID(), outs: { ...props, ...given } as Properties };
}

describe("an up that was killed while its job ran", () => {
  it("is resumed by the next up", async () => {
    const next = await killedInMidJob();
    next.state = [];
    const { outs } = await next.create(inputsWithUrn);
    expect(outs["members"]).toHaveLength(3);
    expect(next.host.methodCalls).toEqual({ CreateSnapshot: 1 });
  });

  it("then imported: a change in place doesn't destroy the imported snapshot", async () => {
    const next = await killedInMidJob();
    await next.run(next.clock.sleep(60_000));
    const { id, outs } = await imported(next, inputsWithUrn);
    const renamed = { ...inputsWithUrn, snapshotName: "renamed" };
    expect(await next.run(next.lifecycle.diff(id, outs, renamed))).toMatchObject({ changes: true });
    await next.run(next.lifecycle.update(id, outs, renamed));
    expect(next.snapshotCounts()).toEqual([1, 1, 1]);
    expect(next.host.methodCalls["DestroySnapshot"]).toBeUndefined();
    expect(await recordsIn(next)).toEqual([]);
  });

  it("then imported: a requested replacement takes a new snapshot and destroys the imported one", async () => {
    const next = await killedInMidJob();
    await next.run(next.clock.sleep(60_000));
    const { id, outs } = await imported(next, inputsWithUrn);
    next.state = [{ urn, id, outputs: outs }];
    const replaced = await next.create(inputsWithUrn);
    expect(replaced.outs["snapshotCollectionId"]).not.toBe(outs["snapshotCollectionId"]);
    await next.run(next.lifecycle.delete(id, outs));
    expect(collectionsOn(next)).toEqual([replaced.outs["snapshotCollectionId"]]);
  });

  it("then imported, and the state can't be asked: a requested replacement keeps the snapshot that both hold", async () => {
    const next = await killedInMidJob();
    await next.run(next.clock.sleep(60_000));
    const { id, outs } = await imported(next, inputsWithUrn);
    const replaced = await next.create(inputsWithUrn);
    await next.run(next.lifecycle.delete(id, outs));
    expect(collectionsOn(next)).toEqual([replaced.outs["snapshotCollectionId"]]);
    expect(next.warnings.join()).toContain("The snapshot stays on the host: the resource before holds it, too");
    // the engine was killed before it forgot the old resource
    const later = new LifecycleInProcess(kept, webTierSeed, next);
    later.state = [{ urn, id: replaced.id, outputs: replaced.outs }];
    await later.run(later.lifecycle.delete(id, outs));
    expect(collectionsOn(later)).toEqual([replaced.outs["snapshotCollectionId"]]);
  });

  it("then imported under another name: the next up takes a new snapshot and doesn't use the imported one", async () => {
    const named = { ...inputsWithUrn, snapshotName: "before" };
    const next = await killedInMidJob(named, 12, kept, ({ host }) =>
      host.injectFault({ method: "ModifySystemSettings", job: { seconds: 10 } }),
    );
    await next.run(next.clock.sleep(60_000));
    const { id, outs } = await imported(next, named);
    const other = withMeta({ urn: `${urn}-imported` });
    await next.run(next.lifecycle.diff(id, { ...outs, __meta: other["__meta"]! }, other));
    next.state = [];
    const { outs: taken } = await next.create(named);
    expect(next.warnings.join()).toContain("belongs to another resource now");
    expect(taken["snapshotCollectionId"]).not.toBe(outs["snapshotCollectionId"]);
  });

  it("then imported by another stack: the next up takes a new snapshot", async () => {
    const next = await killedInMidJob();
    await next.run(next.clock.sleep(60_000));
    const { id, outs } = await imported(next, inputsWithUrn);
    next.state = [{ urn: `${urn}-elsewhere`, id, outputs: outs }];
    const { outs: taken } = await next.create(inputsWithUrn);
    expect(taken["snapshotCollectionId"]).not.toBe(outs["snapshotCollectionId"]);
  });

  it("then imported, and seen by an up before anything else: the record makes no second resource of it", async () => {
    const next = await killedInMidJob();
    await next.run(next.clock.sleep(60_000));
    const { id, outs } = await imported(next, inputsWithUrn);
    await next.run(next.lifecycle.diff(id, outs, { ...inputsWithUrn, triggers: [2] }));
    const replaced = await next.create(inputsWithUrn);
    expect(replaced.outs["snapshotCollectionId"]).not.toBe(outs["snapshotCollectionId"]);
  });

  it("then imported: a replacement by a changed trigger destroys the imported snapshot only in its own delete", async () => {
    const next = await killedInMidJob();
    await next.run(next.clock.sleep(60_000));
    const { id, outs } = await imported(next, inputsWithUrn);
    next.state = [{ urn, id, outputs: outs }];
    await next.create({ ...inputsWithUrn, triggers: [2] });
    expect(collectionsOn(next)).toContain(outs["snapshotCollectionId"]);
    expect(next.host.methodCalls["DestroySnapshot"]).toBeUndefined();
  });

  it("then imported after a person took a snapshot, too: the person's stays, since the job names the imported one", async () => {
    const next = await killedInMidJob();
    await next.run(next.clock.sleep(15_000));
    const { id, outs } = await imported(next, inputsWithUrn);
    takeByHand(next.host);
    await next.run(next.clock.sleep(15_000));
    const both = collectionsOn(next);
    const renamed = { ...inputsWithUrn, snapshotName: "renamed" };
    await next.run(next.lifecycle.diff(id, outs, renamed));
    await next.run(next.lifecycle.update(id, outs, renamed));
    expect(collectionsOn(next)).toEqual(both);
    expect(await recordsIn(next)).toEqual([]);
  });

  it("then the host forgets the failed job: a person's snapshot of the next day stays", async () => {
    const job = { seconds: 10, endState: 10, errorCode: 32768 };
    const next = await killedInMidJob(inputsWithUrn, 3, kept, ({ host }) =>
      host.injectFault({ method: "CreateSnapshot", job }),
    );
    await next.run(next.clock.sleep(24 * 3_600_000));
    takeByHand(next.host);
    await next.run(next.clock.sleep(60_000));
    const [theirs] = collectionsOn(next);
    next.state = [];
    await next.create({ ...inputsWithUrn, triggers: [2] });
    expect(collectionsOn(next)).toContain(theirs);
    expect(next.warnings.join()).toContain(`what the group has gained may be another's: ${theirs}`);
  });

  it("then renamed with an alias: the record of the former name is found, and moves", async () => {
    const next = await killedInMidJob();
    next.state = [];
    const moved = `${urn.replace("::before", "")}::after`;
    const { id } = await next.create(withMeta({ urn: moved, aliases: [urn] }));
    expect(next.host.methodCalls).toEqual({ CreateSnapshot: 1 });
    const folder = resourceFolder({
      scope: { backend: "https://backend.example", organization: "organization", project: "project", stack: "test" },
      resource: moved,
    });
    expect(await next.records.list(folder)).toContain(recordFile.of(id));
  });

  it("then killed while its record moves to a new name: the snapshot is still resumed", async () => {
    const next = await killedInMidJob();
    next.state = [];
    const moved = withMeta({ urn: `${urn}-moved`, aliases: [urn] });
    const { records } = next;
    const { remove } = records;
    records.remove = async (folder, name) => {
      if (recordFile.idIn(name)) next.kill();
      else await remove(folder, name);
    };
    next.lifecycle.create(moved).catch(() => {});
    await next.run(next.clock.sleep(60_000));
    expect(await recordsIn(next)).toHaveLength(2);
    records.remove = remove;
    const last = new LifecycleInProcess(kept, webTierSeed, next);
    last.state = [];
    await last.create(moved);
    expect(last.host.methodCalls).toEqual({ CreateSnapshot: 1 });
    expect(await recordsIn(last)).toHaveLength(1);
  });

  it("then run by the plugin: the record of the dynamic resource is found under the plugin's type", async () => {
    const next = await killedInMidJob();
    next.state = [];
    const typed = urn.replace("pulumi-nodejs:dynamic/hyperv-snapshots:", "hyperv-snapshots:index:");
    await next.create(withMeta({ urn: typed }));
    expect(next.host.methodCalls).toEqual({ CreateSnapshot: 1 });
  });

  it("on a host that fails over: the record is found by the configured connection", async () => {
    const next = await killedInMidJob();
    next.state = [];
    for (const folder of await next.records.folders()) {
      for (const name of (await next.records.list(folder)).filter((one) => recordFile.idIn(one))) {
        const record: RecoveryRecord = JSON.parse(String(await next.records.read(folder, name)));
        const onNode = { ...record, connection: { ...record.connection, hostName: "HV-NODE-2" } };
        await next.records.write(folder, name, JSON.stringify(onNode));
      }
    }
    await next.create(inputsWithUrn);
    expect(next.host.methodCalls).toEqual({ CreateSnapshot: 1 });
  });
});

describe("a stack that was renamed", () => {
  /** A complete snapshot whose state has stored a URN that another stack has now, and that one's job under way. */
  async function renamed() {
    const first = new LifecycleInProcess(kept);
    const { id, outs } = await first.create(inputsWithUrn);
    first.kill();
    const other = new LifecycleInProcess(kept, webTierSeed, first);
    const { urn: _, ...meta } = inputsWithUrn.__meta as Record<string, string>;
    other.lifecycle.create(withMeta({ ...meta, urn }, { triggers: [2] })).catch(() => {});
    await other.run(other.clock.sleep(3000));
    other.kill();
    return { id, outs, next: new LifecycleInProcess(kept, webTierSeed, other) };
  }

  it.each([
    ["holds another id under the stored name", [{ urn, id: randomUUID() }]],
    ["can't be asked", undefined],
  ])("a destroy doesn't touch the other stack's record and job, where the state %s", async (_, state) => {
    const { id, outs, next } = await renamed();
    next.state = state;
    await next.run(next.lifecycle.delete(id, outs));
    expect(next.host.methodCalls["RequestStateChange"]).toBeUndefined();
    expect(await recordsIn(next)).not.toEqual([]);
  });

  it("messages go to the stack's row, not to one with the old name", async () => {
    const first = new LifecycleInProcess(kept);
    const { id, outs } = await first.create(inputsWithUrn);
    const next = new LifecycleInProcess(kept, webTierSeed, first);
    next.state = [{ urn, id: randomUUID() }];
    await next.run(next.lifecycle.delete(id, outs));
    expect(new Set(next.messages.map((message) => message.urn))).toEqual(new Set([undefined]));
  });

  it("records its new name in place", async () => {
    const at = new LifecycleInProcess(kept);
    const { id, outs } = await at.create(inputsWithUrn);
    const news = withMeta({ urn: urn.replace("urn:pulumi:test", "urn:pulumi:renamed") });
    expect(await at.run(at.lifecycle.diff(id, outs, news))).toEqual({ changes: true });
    const { outs: updated } = await at.run(at.lifecycle.update(id, outs, news));
    expect(updated["__meta"]).toEqual(news["__meta"]);
    expect(at.host.methodCalls).toEqual({ CreateSnapshot: 1 });
  });
});

describe("a record that can't be trusted", () => {
  /** Rewrites the one record that an interrupted run has left. */
  async function rewritten(change: (record: RecoveryRecord, at: LifecycleInProcess) => unknown) {
    const next = await killedInMidJob();
    await next.run(next.clock.sleep(60_000));
    for (const folder of await next.records.folders()) {
      for (const name of (await next.records.list(folder)).filter((one) => recordFile.idIn(one))) {
        const text = JSON.stringify(change(JSON.parse(String(await next.records.read(folder, name))), next));
        await next.records.write(folder, name, text);
      }
    }
    return next;
  }

  it("is refused if its id is a path", async () => {
    const next = await rewritten((record) => ({ ...record, id: "../../x" }));
    expect(await next.failure(next.lifecycle.create(inputsWithUrn))).toMatchObject({ code: "RECORD_UNREADABLE" });
  });

  it("is refused if it names another resource than its folder", async () => {
    const next = await rewritten((record) => ({ ...record, resource: "another" }));
    expect(await next.failure(next.lifecycle.create(inputsWithUrn))).toMatchObject({ code: "RECORD_UNREADABLE" });
  });

  it.each([
    ["another group", (record: RecoveryRecord) => ({ ...record.subject, key: randomUUID().toUpperCase() })],
    ["another class", (record: RecoveryRecord) => record.subject],
  ])("never destroys a snapshot of %s", async (what, subject) => {
    const next = await rewritten((record, at) => {
      const [id] = collectionsOn(at);
      const path =
        what === "another class"
          ? 'Msvm_VirtualSystemCollection.CollectionID="6B29FC40-CA47-1067-B31D-00DD010662DA"'
          : `Msvm_SnapshotCollection.CollectionID="${id}"`;
      return { ...record, phase: "discarded", subject: subject(record), pending: { ...record.pending, made: path } };
    });
    next.state = [];
    await next.create({ ...inputsWithUrn, triggers: ["other"] });
    expect(next.snapshotCounts()).toEqual([2, 2, 2]);
    expect(next.warnings.join()).toContain("stays on the host");
  });

  it("of another stack affects only that stack", async () => {
    const next = await killedInMidJob({ ...inputsWithUrn, triggers: ["first"] });
    await next.run(next.clock.sleep(60_000));
    const folder = "0123456789abcdef0123456789abcdef";
    await next.records.write(folder, recordFile.of(randomUUID()), '{"version":99}');
    next.state = [];
    const { outs } = await next.create(inputsWithUrn);
    // what the interrupted run has made is destroyed, and not just forgotten
    expect(collectionsOn(next)).toEqual([outs["snapshotCollectionId"]]);
  });
});

it("a malformed response to CreateSnapshot proves no refusal: the snapshot is found, and not taken again", async () => {
  const at = new LifecycleInProcess();
  const invoke = at.host.invokeMethod.bind(at.host);
  at.host.invokeMethod = (...request) => {
    const answer = invoke(...request);
    if (request[1] === "CreateSnapshot") throw new TypeError("unexpected form");
    return answer;
  };
  const { outs } = await at.create(inputsWithUrn);
  expect(outs["members"]).toHaveLength(3);
  expect(at.host.methodCalls["CreateSnapshot"]).toBe(1);
});

describe("a resource that was renamed in the state before its record was forgotten", () => {
  async function renamed() {
    const first = new LifecycleInProcess(kept);
    const { id, outs } = await first.create(inputsWithUrn);
    const next = new LifecycleInProcess(kept, webTierSeed, first);
    next.state = [{ urn: `${urn}-renamed`, id, outputs: outs }];
    return { id, outs, next };
  }

  it("a new resource of the old name takes its own snapshot", async () => {
    const { id, outs, next } = await renamed();
    const other = await next.create(inputsWithUrn);
    expect(other.id).not.toBe(id);
    expect(collectionsOn(next)).toContain(outs["snapshotCollectionId"]);
    expect(collectionsOn(next)).toContain(other.outs["snapshotCollectionId"]);
    expect(next.warnings).toEqual([]);
  });

  it("a snapshot imported under the old name leaves it alone", async () => {
    const { id, outs, next } = await renamed();
    takeByHand(next.host);
    await next.run(next.clock.sleep(60_000));
    const theirs = collectionsOn(next).find((one) => one !== outs["snapshotCollectionId"]);
    const { props = {} } = await next.run(next.lifecycle.read(String(theirs), { __provider: "text" }));
    const held = { ...props, ...standardInputs } as Properties;
    const other = randomUUID();
    next.state = [
      { urn: `${urn}-renamed`, id, outputs: outs },
      { urn, id: other, outputs: held },
    ];
    await next.run(next.lifecycle.update(other, held, inputsWithUrn));
    expect(collectionsOn(next)).toContain(outs["snapshotCollectionId"]);
  });
});

it("an attempt without a result stores no group name, which may be secret, in its record or in hidden outputs", async () => {
  const at = new LifecycleInProcess();
  const job = { seconds: 100, lostAtPercent: 50, takesEffect: false };
  at.host.injectFault({ method: "CreateSnapshot", job });
  const { outs } = await at.partial(inputsWithUrn);
  expect(outs["__pending"]).toMatchObject({ failed: "OUTCOME_UNKNOWN" });
  for (const folder of await at.records.folders())
    for (const name of await at.records.list(folder))
      expect(await at.records.read(folder, name)).not.toContain("web-tier");
});

it("two resources with the same identity in one run are an error", async () => {
  const at = new LifecycleInProcess();
  await at.create(inputsWithUrn);
  const error = await at.failure(at.lifecycle.create(inputsWithUrn));
  expect(error.message).toContain("this run has already created a resource with the same identity");
});

it("the old and the new copy of a resource are deleted in one destroy, newest first", async () => {
  const at = new LifecycleInProcess(kept);
  const first = await at.create(inputsWithUrn);
  const next = new LifecycleInProcess(kept, webTierSeed, at);
  await next.run(next.clock.sleep(60_000));
  next.state = [{ urn, id: first.id, outputs: first.outs }];
  const second = await next.create(inputsWithUrn);
  const last = new LifecycleInProcess({ dependents: "removed" }, webTierSeed, next);
  await last.run(Promise.all([first, second].map(({ id, outs }) => last.lifecycle.delete(id, outs))));
  expect(last.snapshotCounts()).toEqual([0, 0, 0]);
});

it("an interrupted destroy is still known after a rename: the snapshot is replaced", async () => {
  const first = new LifecycleInProcess(kept);
  const { id, outs } = await first.create(inputsWithUrn);
  const destroying = new LifecycleInProcess(kept, webTierSeed, first);
  destroying.state = [{ urn, id, outputs: outs }];
  // the engine was killed before it could save the delete
  await destroying.run(destroying.lifecycle.delete(id, outs));
  const next = new LifecycleInProcess(kept, webTierSeed, destroying);
  const moved = withMeta({ urn: urn.replace("urn:pulumi:test", "urn:pulumi:renamed") });
  expect(await next.run(next.lifecycle.diff(id, outs, moved))).toMatchObject({ replaces: ["collection"] });
});

it("an imported resource, of which the state has no URN yet, locks its group in a destroy", async () => {
  const earlier = new LifecycleInProcess();
  const { id, outs } = await earlier.create(inputsWithUrn);
  const { __meta: _, ...given } = outs;
  // a process that created or read the resource would know its URN
  const at = new LifecycleInProcess({}, webTierSeed, earlier);
  let tickets: Promise<readonly string[]> | undefined;
  earlier.afterCall = {
    method: "DestroySnapshot",
    happen: () => {
      tickets = at.records.list(locksFolder);
    },
  };
  await at.run(at.lifecycle.delete(id, given));
  expect(await tickets).toHaveLength(1);
});

it("no job is cancelled by a run whose lock was taken over", async () => {
  const at = new LifecycleInProcess();
  at.host.injectFault({ method: "CreateSnapshot", job: { seconds: 40 * 60 } });
  const { id, outs } = await at.partial(inputsWithUrn);
  const { read } = at.records;
  let isLost = false;
  at.records.read = async (folder, name) => (folder === locksFolder && isLost ? undefined : read(folder, name));
  at.beforeRequest = () => {
    isLost = true;
  };
  const error = await at.failure(at.lifecycle.delete(id, outs));
  expect(error.message).toContain("Another run has taken over the lock");
  expect(at.host.methodCalls).toEqual({ CreateSnapshot: 1 });
});

describe("an up after a destroy that was killed while the host deletes the snapshot", () => {
  async function killedInMidDelete(seconds: number, end: { endState?: number; errorCode?: number } = {}) {
    const run = new LifecycleInProcess(kept);
    const { id, outs } = await run.create(inputsWithUrn);
    run.host.injectFault({ method: "DestroySnapshot", job: { seconds, ...end } });
    run.lifecycle.delete(id, outs).catch(() => {});
    await run.run(run.clock.sleep(3000));
    run.kill();
    return { next: new LifecycleInProcess(kept, webTierSeed, run), id, outs };
  }

  it("waits for the end, then takes a new snapshot", async () => {
    const { next, id, outs } = await killedInMidDelete(40);
    expect(await next.run(next.lifecycle.diff(id, outs, inputsWithUrn))).toMatchObject({ replaces: ["collection"] });
    await next.create(inputsWithUrn);
    await next.run(next.lifecycle.delete(id, outs));
    expect(collectionsOn(next)).toHaveLength(1);
  });

  it("waits in the update if the delete takes longer than a minute", async () => {
    const { next, id, outs } = await killedInMidDelete(120);
    expect(await next.run(next.lifecycle.diff(id, outs, inputsWithUrn))).toEqual({ changes: true });
    const error = await next.failure(next.lifecycle.update(id, outs, inputsWithUrn));
    expect(error.message).toContain("an interrupted run has destroyed it. Nothing was changed. Run `pulumi up` again");
    expect(await next.run(next.lifecycle.diff(id, outs, inputsWithUrn))).toMatchObject({ replaces: ["collection"] });
  });

  it("fails at the update's timeout if the host is still deleting", async () => {
    const { next, id, outs } = await killedInMidDelete(60);
    const short = withMeta({ urn, timeouts: { update: "10s" } });
    const error = await next.failure(next.lifecycle.update(id, outs, short));
    expect(error.message).toContain("the host is still deleting a snapshot of its machines");
    expect(error.message).toContain("It may be this one. Run `pulumi up` again.");
  });

  it("keeps the snapshot if the delete's job failed", async () => {
    const { next, id, outs } = await killedInMidDelete(30, { endState: 10, errorCode: 32768 });
    const before = next.clock.now();
    expect(await next.run(next.lifecycle.diff(id, outs, inputsWithUrn))).toMatchObject({ changes: false });
    expect(next.clock.now() - before).toBeGreaterThan(20_000);
    const renamed = { ...inputsWithUrn, snapshotName: "later" };
    expect(await next.run(next.lifecycle.update(id, outs, renamed))).toMatchObject({ outs: { snapshotName: "later" } });
  });
});
