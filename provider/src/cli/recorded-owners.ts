import { recoveryFolder } from "../dynamic/deployment";
import { normalizeGuid } from "../hyperv/collection-designator";
import type { Scope } from "../process/resource-call";
import { readAllMarks, readAllRecords } from "../recovery/journal";
import type { Phase } from "../recovery/record";
import { recordFilesIn } from "../recovery/record-files";
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
}

/** What this computer's recovery folder tells. */
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
    const snapshotCollectionId = made === null ? undefined : idIn(made);
    return snapshotCollectionId === undefined
      ? []
      : [{ snapshotCollectionId, urn: resource, id, scope, isInterrupted: true }];
  });
  const requests = open.flatMap(({ resource, scope, subject, pending: { made, before, failed } }) =>
    made !== null || failed !== undefined
      ? []
      : [{ urn: resource, scope, groupId: normalizeGuid(subject.key), before: before.map(normalizeGuid) }],
  );
  const marked = marks.flatMap(({ snapshotCollectionId, resource, id, scope }) =>
    snapshotCollectionId === undefined
      ? []
      : [{ snapshotCollectionId: normalizeGuid(snapshotCollectionId), urn: resource, id, scope, isInterrupted: false }],
  );
  return { records: [...interrupted, ...marked], requests };
}

/** The id in a record's reference. A damaged one concerns only its own resource. */
function idIn(reference: string): string | undefined {
  const [, id] = /CollectionID="([^"]+)"/i.exec(reference) ?? [];
  return id === undefined ? undefined : normalizeGuid(id);
}
