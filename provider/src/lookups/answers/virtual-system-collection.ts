import * as v from "valibot";
import type { HyperVHost } from "../../hyperv/hyperv-host";
import { findVirtualSystemCollection, membersOf } from "../../hyperv/virtual-system-collection";
import type { output } from "../../types";
import { checkArguments, connection, designator } from "./check-arguments";

const schema = v.strictObject({ collection: designator, connection });

/** Reads a VM group and the machines in it. */
export async function getVirtualSystemCollection(
  { session }: HyperVHost,
  args: v.InferOutput<typeof schema>,
): Promise<output.GetVirtualSystemCollectionResult> {
  checkArguments("getVirtualSystemCollection", schema, args);
  const group = await findVirtualSystemCollection(session, args.collection);
  const machines = await membersOf(session, group.path);
  return {
    collectionId: group.collectionId,
    collectionPath: group.path.toString(),
    name: group.name,
    machines: machines.toSorted((a, b) => a.vmName.localeCompare(b.vmName, "en") || a.vmId.localeCompare(b.vmId, "en")),
    hostName: session.hostName,
  };
}
