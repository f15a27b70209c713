import * as pulumi from "@pulumi/pulumi";
import { CollectionSnapshot } from "pulumi-hyperv-snapshots";
import { Upgrade } from "./upgrade";

const version = new pulumi.Config().get("appVersion") ?? "1.5.0";

// Each version is preceded by a snapshot of its own. The name tells people on the host what it is of.
const before = new CollectionSnapshot("before-upgrade", {
  collection: "web-tier",
  snapshotName: `before ${version}`,
  triggers: [version],
});

// Begins once the snapshot is there, and never where it failed.
const upgrade = new Upgrade("web-tier", { version }, { dependsOn: before });

export const restorePoint = before.resultingSnapshotCollection;
export const runs = upgrade.version;
