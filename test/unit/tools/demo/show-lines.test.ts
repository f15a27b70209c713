import { expect, it } from "vitest";
import { shortLine } from "../../../../tools/demo/show-lines";

const type = "pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot";

it.each([
  [
    ` +  ${type} before-upgrade creating (12s) snapshot job: Running 56 %, 12 s`,
    " +  CollectionSnapshot before-upgrade  snapshot job: Running 56 %, 12 s",
  ],
  [` +  ${type} before-upgrade creating (0s) `, " +  CollectionSnapshot before-upgrade creating (0s)"],
  [
    ` +  ${type} before-upgrade created (5s) snapshot job: Running 89 %, 4 s`,
    " +  CollectionSnapshot before-upgrade  created (5s)",
  ],
  [" +  pulumi:pulumi:Stack demo created (8s) ", " +  Stack demo  created (8s)"],
  ["@ updating.....", undefined],
  ["    + 2 created", "    + 2 created"],
])("shortens %j", (line, short) => {
  expect(shortLine(line)).toBe(short);
  expect(shortLine(line)?.length ?? 0).toBeLessThanOrEqual(80);
});
