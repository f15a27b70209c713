// What the plugin does with a Node program: as many one-member groups, a snapshot of each, registered as the generated SDK does.
const pulumi = require("@pulumi/pulumi");

class CollectionSnapshot extends pulumi.CustomResource {
  constructor(name, args) {
    const outputs = ["resultingSnapshotCollection", "snapshotCollectionId", "collectionId", "collectionPath"];
    const more = ["collectionName", "hostName", "members", "createdAt", "job"];
    const unset = Object.fromEntries([...outputs, ...more].map((output) => [output, undefined]));
    const aliases = [{ type: "pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot" }];
    super("hyperv-snapshots:index:CollectionSnapshot", name, { ...unset, ...args }, { aliases });
  }
}

for (let at = 1; at <= Number(process.env.COUNT); at += 1) {
  new CollectionSnapshot(`snapshot-${at}`, { collection: `group-${at}` });
}
