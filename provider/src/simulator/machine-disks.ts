/**
 * Holds the content of the machines' disks: the version of an application, so that a restore is visible.
 *
 * No real host has this, and WMI doesn't show it: it is for people who look at the simulated host. It behaves
 * like a disk's content: a snapshot holds the version at its creation, and a machine that is restored to it
 * gets that version again.
 */
export class MachineDisks {
  private readonly versions = new Map<string, string>();
  private readonly inSnapshots = new Map<string, string>();

  /** Returns the version on a machine's disk; null without an application. */
  ofMachine(machineId: string): string | null {
    return this.versions.get(machineId) ?? null;
  }

  /** Returns the version in a snapshot. */
  ofSnapshot(snapshotId: string): string | null {
    return this.inSnapshots.get(snapshotId) ?? null;
  }

  /** Replaces the version on a machine's disk. */
  write(machineId: string, version: string | null): void {
    put(this.versions, machineId, version);
  }

  /** Copies a machine's version to its new snapshot. */
  capture(machineId: string, snapshotId: string): void {
    put(this.inSnapshots, snapshotId, this.ofMachine(machineId));
  }

  /** Returns the versions on a machine's disk and in its snapshots, which move with the machine. */
  packed(machineId: string, snapshotIds: readonly string[]): [id: string, version: string | null][] {
    const ofSnapshots = snapshotIds.map((id): [string, string | null] => [id, this.ofSnapshot(id)]);
    return [[machineId, this.ofMachine(machineId)], ...ofSnapshots];
  }

  /** Takes the versions of a machine that came from another host. */
  unpack(machineId: string, versions: readonly (readonly [id: string, version: string | null])[]): void {
    for (const [id, version] of versions) put(id === machineId ? this.versions : this.inSnapshots, id, version);
  }

  /** Restores a machine's version from a snapshot. */
  bringBack(machineId: string, snapshotId: string): void {
    this.write(machineId, this.ofSnapshot(snapshotId));
  }
}

function put(versions: Map<string, string>, id: string, version: string | null): void {
  if (version === null) versions.delete(id);
  else versions.set(id, version);
}
