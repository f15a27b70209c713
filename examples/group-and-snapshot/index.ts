import { CollectionSnapshot, VirtualSystemCollection } from "pulumi-hyperv-snapshots";

// The group's members, by name or id. A change of this list changes the group on the host, in place.
const webTier = new VirtualSystemCollection("shop", {
  members: ["web-01", "web-02", "db-01"],
});

const before = new CollectionSnapshot("before-upgrade", { collection: webTier });

export const machines = webTier.machines.apply((all) => all.map(({ vmName }) => vmName));
export const reference = before.resultingSnapshotCollection;
