import { describe, expect, it } from "vitest";
import {
  notKnownYet,
  type Pending,
  type Properties,
  type Value,
  type Values,
} from "../../../provider/src/process/resource-call";
import { diffSnapshot } from "../../../provider/src/snapshot/diff";

const inputs: Properties = {
  collection: "web-tier",
  snapshotType: "Standard",
  settings: { consistencyLevel: "CrashConsistent", ignoreNonSnapshottableDisks: true },
  triggers: { version: "1", of: ["a"] },
};
const id = "6B29FC40-CA47-1067-B31D-00DD010662DA";
const olds: Properties = { ...inputs, collectionId: id, collectionName: "web-tier", members: [] };
const diff = (
  changed: Values,
  pending: Pending | null = null,
  dependents: "unknown" | "kept" | "removed" = "unknown",
) =>
  diffSnapshot(
    { id: "id", outputs: olds, pending },
    { ...inputs, ...changed },
    { dependents, defaultConnection: undefined },
  );

describe("a changed input", () => {
  it.each<[string, Value]>([
    ["collection", "db-tier"],
    ["collection", "7B29FC40-CA47-1067-B31D-00DD010662DA"],
    ["collection", notKnownYet],
    ["snapshotType", "Recovery"],
    ["snapshotType", 32768],
    ["settings", { consistencyLevel: "CrashConsistent" }],
    ["settings", ""],
    ["triggers", { version: "2", of: ["a"] }],
    ["triggers", { version: notKnownYet, of: ["a"] }],
  ])("%s: %j", (name, value) => {
    expect(diff({ [name]: value })).toEqual({
      replace: { inputs: [name], reason: `${name} changed`, oldFirst: true },
    });
  });

  it.each([
    ["unknown", true],
    ["removed", true],
    ["kept", false],
  ] as const)("with dependents %s deletes the old snapshot first: %s", (dependents, oldFirst) => {
    expect(diff({ triggers: [] }, null, dependents)).toMatchObject({ replace: { oldFirst } });
  });
});

describe("an input that means the same", () => {
  it("causes no change if only the order of keys differs", () => {
    expect(diff({})).toEqual({ changes: false });
    expect(diff({ triggers: { of: ["a"], version: "1" } })).toEqual({ changes: false });
  });

  it.each([
    ["collection", id],
    ["collection", `{${id.toLowerCase()}}`],
    ["collection", `Msvm_VirtualSystemCollection.CollectionID="${id}"`],
    ["collection", "WEB-TIER"],
    ["snapshotType", 1],
  ])("in another spelling only updates the state: %s %s", (name, value) => {
    expect(diff({ [name]: value })).toEqual({ changes: true });
  });
});

describe("a snapshot that isn't complete", () => {
  const pending = { job: "job", before: [], made: null };

  it("is resumed", () => expect(diff({}, pending)).toEqual({ changes: true }));

  it("is replaced if its job failed", () => {
    expect(diff({}, { ...pending, failed: "state 10" })).toMatchObject({ replace: { inputs: ["collection"] } });
  });
});
