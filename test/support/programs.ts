/** A program with one snapshot, in plain JavaScript: what most engine tests run. */
export function snapshotProgram(args: string, options = "{}"): string {
  return `
const { CollectionSnapshot } = require("pulumi-hyperv-snapshots");
const before = new CollectionSnapshot("before", ${args}, ${options});
exports.reference = before.resultingSnapshotCollection;
exports.members = before.members;
`;
}
