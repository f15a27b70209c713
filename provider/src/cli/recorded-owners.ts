import { recoveryFolder } from "../dynamic/deployment";
import { normalizeGuid } from "../hyperv/collection-designator";
import type { Scope } from "../process/resource-call";
import { readAllMarks, readAllRecords } from "../recovery/journal";
import { collectionIdIn, type Phase } from "../recovery/record";
import { recordFile, recordFilesIn, resourceFolder } from "../recovery/record-files";
import { type CommonOptions, commandConfiguration } from "./configuration";
import { projectFolderOf } from "./selected-stack";
import type { Surroundings } from "./surroundings";

/** A resource that has a snapshot according to this computer's recovery folder. */
export interface RecordedOwner {
  readonly snapshotCollectionId: string;
  readonly urn: string;
  /** The resource's own id. */
  readonly id: string;
  readonly scope: Scope;
  /** Whether an interrupted run left it, which the next run resumes. */
  readonly isInterrupted: boolean;
}

/** A request of an interrupted run, whose result isn't known yet. */
export interface OpenRequest {
  readonly urn: string;
  readonly scope: Scope;
  readonly groupId: string;
  /** The snapshots that the group had before. */
  readonly before: readonly string[];
  /** When it was sent, by this computer's clock, in milliseconds since 1970. */
  readonly beganAt: number;
  /** The record. */
  readonly file: string;
}

/** The owners and the requests that this computer's recovery folder names. */
export interface RecordedOwners {
  readonly records: readonly RecordedOwner[];
  readonly requests: readonly OpenRequest[];
}

/** In these phases the next run uses or removes the snapshot. */
const openPhases: readonly Phase[] = ["requested", "accepted", "made", "named", "returned", "discarded"];

/** Reads who has which snapshot, from the recovery records and the marks of ownership on this computer. */
export async function readRecordedOwners(options: CommonOptions, surroundings: Surroundings): Promise<RecordedOwners> {
  const { environment } = surroundings;
  const { context } = options;
  const configured = commandConfiguration(options, surroundings).recoveryFolder;
  const workingFolder =
    context?.kind === "stack" ? context.stack.programFolder : projectFolderOf(options, surroundings);
  const files = recordFilesIn(recoveryFolder({ environment, workingFolder }, configured));
  const [records, marks] = [await readAllRecords(files), await readAllMarks(files)];
  const open = records.filter(({ phase }) => openPhases.includes(phase));
  const interrupted = open.flatMap(({ id, resource, scope, pending: { made } }) => {
    const snapshotCollectionId = collectionIdIn(made);
    return snapshotCollectionId === undefined
      ? []
      : [{ snapshotCollectionId: normalizeGuid(snapshotCollectionId), urn: resource, id, scope, isInterrupted: true }];
  });
  const requests = open
    .filter(({ resource, pending: { made, failed } }) => isSnapshot(resource) && made === null && failed === undefined)
    .map((record) => ({
      urn: record.resource,
      scope: record.scope,
      groupId: normalizeGuid(record.subject.key),
      before: record.pending.before.map(normalizeGuid),
      beganAt: Date.parse(record.beganAt),
      file: files.locate(resourceFolder(record), recordFile.of(record.id)),
    }));
  const marked = marks.flatMap(({ snapshotCollectionId, resource, id, scope }) =>
    snapshotCollectionId === undefined
      ? []
      : [{ snapshotCollectionId: normalizeGuid(snapshotCollectionId), urn: resource, id, scope, isInterrupted: false }],
  );
  return { records: [...interrupted, ...marked], requests };
}

/** Whether a URN is that of a snapshot. */
const isSnapshot = (urn: string): boolean => urn.split("::")[2]?.endsWith("CollectionSnapshot") ?? false;
