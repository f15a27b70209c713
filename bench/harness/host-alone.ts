import { SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { peakMemoryMb } from "./peak-memory";

/**
 * A process with nothing in it but the simulated host: what that takes of the memory that is measured elsewhere.
 *
 * Opens the store that is its first parameter, and takes a snapshot of as many groups as its second says.
 */
const [storeFile, count] = process.argv.slice(2);

const host = SimulatedHost.open({ storeFile: storeFile! });
const [service] = host.query("SELECT * FROM Msvm_CollectionSnapshotService");
for (let at = 1; at <= Number(count); at += 1) {
  const [group] = host.query(`SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = 'group-${at}'`);
  const parameters = { Collection: group!.path, SnapshotSettings: "", SnapshotType: 1 };
  host.invokeMethod(service!.path, "CreateSnapshot", parameters);
}
process.stdout.write(String(peakMemoryMb("self")));
