import { embedInstance } from "../cim/embedded-instance";
import { ClassName } from "../schema/names";
import { ConsistencyLevel, GuestBackupType } from "../schema/value-maps";

/** `Msvm_VirtualSystemSnapshotSettingData`, as far as a program sets it. */
export interface SnapshotSettings {
  readonly consistencyLevel?: keyof typeof ConsistencyLevel;
  readonly ignoreNonSnapshottableDisks?: boolean;
  readonly guestBackupType?: keyof typeof GuestBackupType;
}

/**
 * Writes `SnapshotSettings` of `CreateSnapshot`.
 *
 * @param settings - Typed settings, an embedded instance as text (sent as it is), or nothing.
 * @returns CIM-XML text; the empty string for nothing.
 */
export function snapshotSettingsText(settings: SnapshotSettings | string | undefined): string {
  if (settings === undefined) return "";
  if (typeof settings === "string") return settings;
  const { consistencyLevel, ignoreNonSnapshottableDisks, guestBackupType } = settings;
  return embedInstance(ClassName.virtualSystemSnapshotSettingData, {
    ...(consistencyLevel !== undefined && { ConsistencyLevel: ConsistencyLevel[consistencyLevel] }),
    ...(ignoreNonSnapshottableDisks !== undefined && { IgnoreNonSnapshottableDisks: ignoreNonSnapshottableDisks }),
    ...(guestBackupType !== undefined && { GuestBackupType: GuestBackupType[guestBackupType] }),
  });
}
