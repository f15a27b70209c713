import * as v from "valibot";
import { faultSchema, jobFaultSchema } from "./fault";
import { progressShapeSchema, propertyBagSchema, resolvedSeedSchema } from "./seed";

const id = v.string();

/** A moment since 1970 or a duration, small enough that the sum of two is still a date. */
const milliseconds = v.pipe(v.number(), v.minValue(0), v.maxValue(4e15));

/** A property of an object that moves to another host. */
const movedValue = v.nullable(
  v.union([
    v.string(),
    v.number(),
    v.boolean(),
    v.array(v.union([v.string(), v.number(), v.boolean()])),
    v.object({ path: v.string() }),
    v.object({ integer: v.string() }),
  ]),
);

/** The kinds of work on a host's objects, as data. */
const work = v.variant("kind", [
  v.object({
    kind: v.literal("takeSnapshots"),
    groupId: id,
    snapshotCollectionId: id,
    snapshotType: v.number(),
    members: v.array(v.object({ machineId: id, snapshotId: id })),
  }),
  v.object({
    kind: v.literal("destroySnapshots"),
    snapshotCollectionId: id,
    dependents: v.picklist(["kept", "removed"]),
  }),
  v.object({ kind: v.literal("applySnapshots"), snapshotCollectionId: id }),
  v.object({ kind: v.literal("convertSnapshots"), snapshotCollectionId: id, referencePointCollectionId: id }),
  v.object({ kind: v.literal("exportSnapshots"), snapshotCollectionId: id, directory: v.string() }),
  v.object({
    kind: v.literal("takeMachineSnapshot"),
    machineId: id,
    snapshotId: id,
    snapshotKind: v.picklist(["standard", "recovery"]),
    /** Its name, where the call gave one; the host's own otherwise. */
    name: v.optional(v.string()),
  }),
  v.object({ kind: v.literal("destroyMachineSnapshot"), snapshotId: id }),
  v.object({ kind: v.literal("applyMachineSnapshot"), snapshotId: id }),
  v.object({ kind: v.literal("upgradeMachine"), machineId: id, applicationVersion: v.string() }),
  v.object({ kind: v.literal("startMachine"), machineId: id }),
  v.object({
    kind: v.literal("changeMachine"),
    machineId: id,
    properties: propertyBagSchema,
    settings: propertyBagSchema,
    mergingEnabled: v.optional(v.boolean()),
  }),
  v.object({ kind: v.literal("sendMachine"), machineId: id }),
  v.object({
    kind: v.literal("receiveMachine"),
    machineId: id,
    instances: v.array(v.object({ className: v.string(), properties: v.record(v.string(), movedValue) })),
    versions: v.array(v.tuple([id, v.nullable(v.string())])),
  }),
  v.object({ kind: v.literal("defineGroup"), groupId: id, name: v.string(), type: v.number() }),
  v.object({ kind: v.literal("destroyGroup"), groupId: id }),
  v.object({ kind: v.literal("renameGroup"), groupId: id, name: v.string() }),
  v.object({ kind: v.literal("changeMembership"), groupId: id, memberId: id, isMember: v.boolean() }),
  v.object({
    kind: v.literal("modifySettings"),
    instanceId: id,
    values: v.record(v.string(), v.union([v.string(), v.number(), v.boolean(), v.array(v.string())])),
  }),
]);

const jobOrder = v.object({
  jobId: id,
  jobType: v.number(),
  /** The class of the service that owns the job. */
  serviceClass: v.string(),
  text: v.string(),
  language: v.picklist(["English", "German", "Japanese"]),
  cancellable: v.boolean(),
  machineIds: v.array(id),
  durationMs: milliseconds,
  progress: progressShapeSchema,
  fault: v.optional(jobFaultSchema),
  /** The CollectionID of the job's result in its rows, in place of the new one. */
  namesResult: v.optional(id),
  work,
});

const change = v.variant("kind", [
  v.object({ kind: v.literal("method"), className: v.string(), method: v.string(), returnValue: v.number() }),
  v.object({ kind: v.literal("jobStarted"), job: jobOrder }),
  v.object({ kind: v.literal("jobStopped"), jobId: id, state: v.picklist([8, 9]), isMade: v.boolean() }),
  v.object({ kind: v.literal("workDone"), work }),
  v.object({ kind: v.literal("optionSet"), name: v.string(), value: v.string() }),
  v.object({ kind: v.literal("faultInjected"), faultId: id, fault: faultSchema }),
  v.object({ kind: v.literal("faultUsed"), faultId: id }),
  v.object({ kind: v.literal("restarted"), downUntil: milliseconds }),
  v.object({ kind: v.literal("hostRenamed"), hostName: v.string() }),
  v.object({ kind: v.literal("vmmsStopped") }),
  v.object({ kind: v.literal("vmmsStarted"), runsFrom: milliseconds }),
]);

/** The value of {@link HostHeader.format}. */
export const storeFormat = "pulumi-hyperv-snapshots simulated host";

/** The newest {@link HostHeader.version} that this package reads, and the one that it writes. */
export const storeVersion = 1;

const place = { sequence: v.pipe(v.number(), v.integer(), v.minValue(0)), time: milliseconds, by: v.string() };

/** The first record of a host, with its seed. */
export const hostHeaderSchema = v.object({
  ...place,
  format: v.literal(storeFormat),
  version: v.number(),
  seed: resolvedSeedSchema,
});

/** A later record: the changes of one moment, which are applied together. */
export const hostRecordSchema = v.object({ ...place, changes: v.array(change) });

/** The first record of a host. */
export type HostHeader = v.InferOutput<typeof hostHeaderSchema>;

/** A later record of a host. */
export type HostRecord = v.InferOutput<typeof hostRecordSchema>;

/** One thing that happened. */
export type HostChange = v.InferOutput<typeof change>;

/** Work on the host's objects, as data, since it may take effect long after the request. */
export type HostWork = v.InferOutput<typeof work>;

/** {@link HostWork} of one kind. */
export type WorkOf<Kind extends HostWork["kind"]> = Extract<HostWork, { readonly kind: Kind }>;

/** The parameters of a job at its start; its later state follows from them and the time. */
export type JobOrder = v.InferOutput<typeof jobOrder>;

/** Whether a record is a host's first. */
export function isHeader(record: HostHeader | HostRecord): record is HostHeader {
  return record.sequence === 0;
}
