/**
 * What lies on the machines' disks: the version of an application, so that a restore can be seen.
 *
 * No host has this, and none shows it through WMI: it is ours, for people who look at the simulated host. It goes where
 * a disk's content goes: a snapshot holds what was there when it was taken, and a machine that is brought back to it
 * finds that again.
 */
export class MachineDisks {
  private readonly versions = new Map<string, string>();
  private readonly inSnapshots = new Map<string, string>();

  /** The version on a machine's disk; null where it holds no application. */
  ofMachine(machineId: string): string | null {
    return this.versions.get(machineId) ?? null;
  }

  /** The version that a snapshot holds. */
  ofSnapshot(snapshotId: string): string | null {
    return this.inSnapshots.get(snapshotId) ?? null;
  }

  /** Puts a version on a machine's disk, in place of what was there. */
  write(machineId: string, version: string | null): void {
    put(this.versions, machineId, version);
  }

  /** A snapshot is taken. */
  capture(machineId: string, snapshotId: string): void {
    put(this.inSnapshots, snapshotId, this.ofMachine(machineId));
  }

  /** The versions on a machine's disk and in its snapshots, to be sent along with the machine. */
  packed(machineId: string, snapshotIds: readonly string[]): [id: string, version: string | null][] {
    const ofSnapshots = snapshotIds.map((id): [string, string | null] => [id, this.ofSnapshot(id)]);
    return [[machineId, this.ofMachine(machineId)], ...ofSnapshots];
  }

  /** Takes the versions of a machine that came from another host. */
  unpack(machineId: string, versions: readonly (readonly [id: string, version: string | null])[]): void {
    for (const [id, version] of versions) put(id === machineId ? this.versions : this.inSnapshots, id, version);
  }

  /** A machine is brought back to a snapshot. */
  bringBack(machineId: string, snapshotId: string): void {
    this.write(machineId, this.ofSnapshot(snapshotId));
  }
}

function put(versions: Map<string, string>, id: string, version: string | null): void {
  if (version === null) versions.delete(id);
  else versions.set(id, version);
}
