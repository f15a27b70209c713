// What this package does: as many one-member groups, a snapshot of each.
const { CollectionSnapshot } = require("pulumi-hyperv-snapshots");

for (let at = 1; at <= Number(process.env.COUNT); at += 1) {
  new CollectionSnapshot(`snapshot-${at}`, { collection: `group-${at}` });
}
