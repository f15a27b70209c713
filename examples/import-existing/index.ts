import { CollectionSnapshot } from "pulumi-hyperv-snapshots";

const beforeUpgrade = new CollectionSnapshot(
  "before-upgrade",
  {
    collection: "web-tier",
    snapshotType: "Standard",
  },
  { protect: true },
);

export const takenAt = beforeUpgrade.createdAt;
