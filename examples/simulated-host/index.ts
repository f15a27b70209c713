import * as pulumi from "@pulumi/pulumi";
import { CollectionSnapshot } from "pulumi-hyperv-snapshots";

const appVersion = new pulumi.Config().get("appVersion") ?? "1.4.0";

// One consistent snapshot of all machines in the VM group. If appVersion changes, a new snapshot replaces it.
const before = new CollectionSnapshot("before-upgrade", {
  collection: "web-tier",
  triggers: [appVersion],
});

export const reference = before.resultingSnapshotCollection;
export const machines = before.members.apply((members) => members.map((member) => member.vmName));
