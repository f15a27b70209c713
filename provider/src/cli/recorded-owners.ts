import { CimInstancePath } from "../cim/cim-instance-path";
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

/** In these phases the next run uses or removes the snapshot. */
const openPhases: readonly Phase[] = ["requested", "accepted", "made", "named", "returned", "discarded"];

/** Reads who has which snapshot, from the recovery records and the marks of ownership on this computer. */
export async function readRecordedOwners(
  options: CommonOptions,
  surroundings: Surroundings,
): Promise<readonly RecordedOwner[]> {
  const { environment } = surroundings;
  const { context } = options;
  const configured = commandConfiguration(options, surroundings).recoveryFolder;
  const workingFolder =
    context?.kind === "stack" ? context.stack.programFolder : projectFolderOf(options, surroundings);
  const files = recordFilesIn(recoveryFolder({ environment, workingFolder }, configured));
  const [records, marks] = [await readAllRecords(files), await readAllMarks(files)];
  const interrupted = records.flatMap(({ id, resource, scope, phase, pending }) => {
    const made = openPhases.includes(phase) && pending.made !== null ? idIn(pending.made) : undefined;
    return made === undefined ? [] : [{ snapshotCollectionId: made, urn: resource, id, scope, isInterrupted: true }];
  });
  const marked = marks.flatMap(({ snapshotCollectionId, resource, id, scope }) =>
    snapshotCollectionId === undefined
      ? []
      : [{ snapshotCollectionId: normalizeGuid(snapshotCollectionId), urn: resource, id, scope, isInterrupted: false }],
  );
  return [...interrupted, ...marked];
}

function idIn(reference: string): string | undefined {
  const id = CimInstancePath.parse(reference).key("CollectionID");
  return typeof id === "string" ? normalizeGuid(id) : undefined;
}
