import { CollectionSnapshot } from "pulumi-hyperv-snapshots-sdk";

const before = new CollectionSnapshot("before-upgrade", {
  collection: "web-tier",
  triggers: ["2.1.0"], // a new version takes a new snapshot
});

export const reference = before.resultingSnapshotCollection;
