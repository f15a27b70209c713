import { expect } from "vitest";
import type { PartialCreateError } from "../../../../provider/src/errors";
import type { OptionValue } from "../../../../provider/src/simulator/index";
import { type LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";
import { type ClientOptionTests, clientAgainst, collectionsOn, created, wholeLife } from "./client-against";

/** The host's answer to CreateSnapshot is lost after it took effect; its job takes as long as a job may. */
async function outcomeUnknown(at: LifecycleInProcess, seconds = 10): Promise<{ readonly ups: number }> {
  at.host.injectFault({ method: "CreateSnapshot", connection: "lostAfter" });
  at.host.injectFault({ method: "CreateSnapshot", job: { seconds } });
  let ups = 1;
  const first = await at.run(at.lifecycle.create(standardInputs)).catch((error: PartialCreateError) => error);
  const pending = "outs" in first ? undefined : first;
  if (pending) {
    ups += 1;
    at.clock.pass(seconds * 1000);
    await at.run(at.lifecycle.update(pending.id, pending.properties as typeof standardInputs, standardInputs));
  }
  expect(at.host.methodCalls["CreateSnapshot"]).toBe(1);
  expect(at.snapshotCounts()).toEqual([1, 1, 1]);
  return { ups };
}

/** A snapshot whose job outlives its create is destroyed again. @returns How long that took, in seconds. */
async function destroyedHalfWay(at: LifecycleInProcess): Promise<number> {
  at.host.injectFault({ method: "CreateSnapshot", job: { seconds: 40 * 60 } });
  const { id, outs } = await at.partial();
  const before = at.clock.now();
  await at.run(at.lifecycle.delete(id, outs));
  const seconds = (at.clock.now() - before) / 1000;
  at.clock.pass(60 * 60_000);
  expect([collectionsOn(at), ...at.snapshotCounts()]).toEqual([0, 0, 0, 0]);
  return seconds;
}

/** A snapshot whose job outlives its create, and is forgotten before the next `up`. @returns What that `up` answers. */
async function forgottenJob(at: LifecycleInProcess): Promise<unknown> {
  at.host.injectFault({ method: "CreateSnapshot", job: { seconds: 40 * 60 } });
  const { id, outs } = await at.partial();
  at.clock.pass(60 * 60_000);
  const again = await at.run(at.lifecycle.update(id, outs, standardInputs)).catch((error: Error) => error);
  expect([collectionsOn(at), at.host.methodCalls["CreateSnapshot"]]).toEqual([1, 1]);
  return again;
}

/** Restarts the host while its job runs. */
function restartedHalfWay(at: LifecycleInProcess): Promise<{ readonly id: string; readonly outs: object }> {
  const call = at.lifecycle.create(standardInputs);
  call.catch(() => {});
  return at.run(at.clock.sleep(5000)).then(() => {
    at.host.restart({ downSeconds: 20 });
    return at.run(call);
  });
}

/** An answer is lost with the request, while a person exports a snapshot of the same machines. */
async function lostBesideAnExport(exportJobType: OptionValue<"exportJobType">): Promise<PartialCreateError> {
  const at = clientAgainst({ exportJobType, membersBusy: "accept" });
  await at.create();
  const [collection] = at.host.query("SELECT * FROM Msvm_SnapshotCollection");
  at.host.injectFault({ method: "ExportSnapshot", job: { seconds: 120 } });
  at.elsewhere("Msvm_CollectionSnapshotService", "ExportSnapshot", {
    SnapshotCollection: collection?.path ?? null,
    ExportDirectory: "D:\\exports",
    ExportSettingData: "",
  });
  at.host.injectFault({ method: "CreateSnapshot", connection: "lostBefore" });
  const error = await at.failure<PartialCreateError>(at.lifecycle.create(standardInputs));
  expect(at.snapshotCounts()).toEqual([1, 1, 1]);
  return error;
}

const complete = { members: 3, sent: 1 };

/** How a host's jobs run and end, and what leads from them to what they made. */
export const jobOptions: Pick<
  ClientOptionTests,
  | "completion"
  | "resultReferenceOnJob"
  | "resultReferenceAtOnce"
  | "jobResultRow"
  | "collectionJobRows"
  | "snapshotCollectionAppears"
  | "snapshotCreationTime"
  | "destroyJobType"
  | "exportJobType"
  | "cancelledJob"
  | "jobsAtRestart"
> = {
  completion: {
    job: async () => {
      const { outs } = await created(clientAgainst({ completion: "job" }));
      expect(outs["job"]).toMatchObject({ elapsedSeconds: 10 });
      expect(await wholeLife(clientAgainst({ completion: "job" }))).toEqual([1, 0]);
    },
    atOnce: async () => {
      const { outs } = await created(clientAgainst({ completion: "atOnce" }));
      expect(outs["job"]).toBeNull();
      expect(await wholeLife(clientAgainst({ completion: "atOnce" }))).toEqual([1, 0]);
    },
  },
  resultReferenceOnJob: {
    null: async () => expect(await created(clientAgainst({ resultReferenceOnJob: "null" }))).toMatchObject(complete),
    given: async () => expect(await created(clientAgainst({ resultReferenceOnJob: "given" }))).toMatchObject(complete),
  },
  resultReferenceAtOnce: {
    given: async () =>
      expect(await created(clientAgainst({ completion: "atOnce", resultReferenceAtOnce: "given" }))).toMatchObject(
        complete,
      ),
    null: async () =>
      expect(await created(clientAgainst({ completion: "atOnce", resultReferenceAtOnce: "null" }))).toMatchObject(
        complete,
      ),
  },
  jobResultRow: {
    collection: async () =>
      expect(await created(clientAgainst({ jobResultRow: "collection" }))).toMatchObject(complete),
    memberSnapshots: async () =>
      expect(await created(clientAgainst({ jobResultRow: "memberSnapshots" }))).toMatchObject(complete),
    none: async () => expect(await created(clientAgainst({ jobResultRow: "none" }))).toMatchObject(complete),
  },
  collectionJobRows: {
    machines: async () => {
      expect(await created(clientAgainst({ collectionJobRows: "machines" }))).toMatchObject(complete);
      expect(await outcomeUnknown(clientAgainst({ collectionJobRows: "machines" }), 120)).toEqual({ ups: 1 });
    },
    group: async () => {
      expect(await created(clientAgainst({ collectionJobRows: "group" }))).toMatchObject(complete);
      expect(await outcomeUnknown(clientAgainst({ collectionJobRows: "group" }), 120)).toEqual({ ups: 1 });
    },
    none: async () => {
      expect(await created(clientAgainst({ collectionJobRows: "none" }))).toMatchObject(complete);
      expect(await outcomeUnknown(clientAgainst({ collectionJobRows: "none" }))).toEqual({ ups: 1 });
      // a job that could be anybody's isn't taken for ours: what it has made is found by the next `pulumi up`
      expect(await outcomeUnknown(clientAgainst({ collectionJobRows: "none" }), 120)).toEqual({ ups: 2 });
    },
  },
  snapshotCollectionAppears: {
    atEnd: async () => {
      expect(await created(clientAgainst({ snapshotCollectionAppears: "atEnd" }))).toMatchObject(complete);
      expect(await outcomeUnknown(clientAgainst({ snapshotCollectionAppears: "atEnd" }))).toEqual({ ups: 1 });
      expect(await destroyedHalfWay(clientAgainst({ snapshotCollectionAppears: "atEnd" }))).toBeLessThan(60);
    },
    atStart: async () => {
      const early = { snapshotCollectionAppears: "atStart" } as const;
      expect(await created(clientAgainst(early))).toMatchObject(complete);
      expect(await created(clientAgainst({ ...early, jobResultRow: "none" }))).toMatchObject(complete);
      expect(await created(clientAgainst({ ...early, rights: "jobsHidden" }))).toMatchObject(complete);
      expect(await outcomeUnknown(clientAgainst(early), 120)).toEqual({ ups: 1 });
      expect(await outcomeUnknown(clientAgainst({ ...early, collectionJobRows: "none" }), 120)).toEqual({ ups: 2 });
      expect(await destroyedHalfWay(clientAgainst(early))).toBeLessThan(60);
      const failing = clientAgainst(early);
      failing.host.injectFault({ method: "CreateSnapshot", job: { endState: 10 } });
      expect((await failing.failure(failing.lifecycle.create(standardInputs))).message).toContain(
        "No snapshot was taken.",
      );
    },
  },
  snapshotCreationTime: {
    atEnd: async () => {
      const at = clientAgainst({ snapshotCreationTime: "atEnd" });
      expect((await forgottenJob(at)) as Error).toMatchObject({
        message: expect.stringContaining("made by this call or by another program"),
      });
    },
    atStart: async () => {
      const answer = await forgottenJob(clientAgainst({ snapshotCreationTime: "atStart" }));
      expect(answer).toMatchObject({ outs: { members: [{}, {}, {}] } });
    },
  },
  destroyJobType: {
    "199": async () => expect(await wholeLife(clientAgainst({ destroyJobType: "199" }))).toEqual([1, 0]),
    "72": async () => expect(await wholeLife(clientAgainst({ destroyJobType: "72" }))).toEqual([1, 0]),
  },
  exportJobType: {
    "198": async () => {
      // it looks like a snapshot's job: it is waited for, and has made nothing
      const error = await lostBesideAnExport("198");
      expect(error).toMatchObject({ code: "PARTIAL_CREATE" });
      expect(error.message).toContain("The next `pulumi up` takes a new snapshot in its place");
    },
    "206": async () => {
      const error = await lostBesideAnExport("206");
      expect(error).toMatchObject({ code: "CONNECTION_FAILED" });
      expect(error.message).toContain("No snapshot was taken: a search of 30 s found neither a job nor a snapshot");
    },
  },
  cancelledJob: {
    leavesNothing: async () =>
      expect(await destroyedHalfWay(clientAgainst({ cancelledJob: "leavesNothing" }))).toBeLessThan(60),
    leavesSnapshot: async () => {
      const at = clientAgainst({ cancelledJob: "leavesSnapshot" });
      expect(await destroyedHalfWay(at)).toBeLessThan(60);
      expect(at.host.methodCalls["DestroySnapshot"]).toBe(1);
    },
    continues: async () => {
      const at = clientAgainst({ cancelledJob: "continues" });
      expect(await destroyedHalfWay(at)).toBeGreaterThan(9 * 60);
      expect(at.host.methodCalls["DestroySnapshot"]).toBe(1);
    },
  },
  jobsAtRestart: {
    forgotten: async () => {
      const at = clientAgainst({ jobsAtRestart: "forgotten" });
      const error = await at.failure(restartedHalfWay(at));
      expect(error).toMatchObject({ code: "PARTIAL_CREATE" });
      expect(error.message).toContain("No snapshot was taken, as far as this account can see");
      expect(at.snapshotCounts()).toEqual([0, 0, 0]);
    },
    forgottenButMade: async () => {
      const { outs } = await restartedHalfWay(clientAgainst({ jobsAtRestart: "forgottenButMade" }));
      expect(outs).toMatchObject({ members: [{}, {}, {}] });
    },
    continued: async () => {
      const { outs } = await restartedHalfWay(clientAgainst({ jobsAtRestart: "continued" }));
      expect(outs).toMatchObject({ members: [{}, {}, {}] });
    },
  },
};
