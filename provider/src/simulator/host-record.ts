import * as v from "valibot";
import { faultSchema, jobFaultSchema } from "./fault";
import { progressShapeSchema, resolvedSeedSchema } from "./seed";

const id = v.string();

/** Takes a snapshot of each member and collects them. */
const takeSnapshots = v.object({
  kind: v.literal("takeSnapshots"),
  groupId: id,
  snapshotCollectionId: id,
  snapshotType: v.picklist([1, 2]),
  members: v.array(v.object({ machineId: id, snapshotId: id })),
});

/** Removes the snapshots of a collection, and the collection. */
const destroySnapshots = v.object({
  kind: v.literal("destroySnapshots"),
  snapshotCollectionId: id,
  dependents: v.picklist(["kept", "removed"]),
});

const work = v.variant("kind", [takeSnapshots, destroySnapshots]);

const jobOrder = v.object({
  jobId: id,
  jobType: v.number(),
  text: v.string(),
  cancellable: v.boolean(),
  machineIds: v.array(id),
  durationMs: v.number(),
  progress: progressShapeSchema,
  fault: v.optional(jobFaultSchema),
  work,
});

const change = v.variant("kind", [
  v.object({ kind: v.literal("method"), className: v.string(), method: v.string(), returnValue: v.number() }),
  v.object({ kind: v.literal("jobStarted"), job: jobOrder }),
  v.object({ kind: v.literal("jobStopped"), jobId: id, state: v.picklist([8, 9]) }),
  v.object({ kind: v.literal("workDone"), work }),
  v.object({ kind: v.literal("optionSet"), name: v.string(), value: v.string() }),
  v.object({ kind: v.literal("faultInjected"), faultId: id, fault: faultSchema }),
  v.object({ kind: v.literal("faultUsed"), faultId: id }),
]);

/** What {@link HostHeader.format} says. */
export const storeFormat = "pulumi-hyperv-snapshots simulated host";

/** The newest {@link HostHeader.version} that this package reads, and the one that it writes. */
export const storeVersion = 1;

const place = { sequence: v.pipe(v.number(), v.integer(), v.minValue(0)), time: v.number(), by: v.string() };

/** The first record of a host: what it was made from. */
export const hostHeaderSchema = v.object({
  ...place,
  format: v.literal(storeFormat),
  version: v.number(),
  seed: resolvedSeedSchema,
});

/** Every later record: what happened at one moment, all of it or nothing. */
export const hostRecordSchema = v.object({ ...place, changes: v.array(change) });

/** The first record of a host. */
export type HostHeader = v.InferOutput<typeof hostHeaderSchema>;

/** A later record of a host. */
export type HostRecord = v.InferOutput<typeof hostRecordSchema>;

/** One thing that happened. */
export type HostChange = v.InferOutput<typeof change>;

/** Work on the host's objects, as data: it may take effect long after it was asked for. */
export type HostWork = v.InferOutput<typeof work>;

/** {@link HostWork} that takes snapshots. */
export type TakeSnapshotsWork = v.InferOutput<typeof takeSnapshots>;

/** {@link HostWork} that destroys snapshots. */
export type DestroySnapshotsWork = v.InferOutput<typeof destroySnapshots>;

/** What is known of a job when it starts; everything it later reports follows from this and the time. */
export type JobOrder = v.InferOutput<typeof jobOrder>;

/** Whether a record is a host's first. */
export function isHeader(record: HostHeader | HostRecord): record is HostHeader {
  return record.sequence === 0;
}
