import { describe, expect, it } from "vitest";
import { type Properties, unknownValue } from "../../../provider/src/dynamic/protocol";
import { diffCollectionSnapshot } from "../../../provider/src/snapshot/diff";

const inputs: Properties = {
  collection: "web-tier",
  snapshotType: "Standard",
  settings: { consistencyLevel: "CrashConsistent", ignoreNonSnapshottableDisks: true },
  triggers: { version: "1", of: ["a"] },
  __provider: "text",
  __meta: { urn: "urn:old", timeouts: { create: "30m" } },
};
const id = "6B29FC40-CA47-1067-B31D-00DD010662DA";
const olds: Properties = { ...inputs, collectionId: id, collectionName: "web-tier", members: [] };
const diff = (changed: Properties, old: Properties = olds) =>
  diffCollectionSnapshot(old, { ...inputs, ...changed }, "unknown");

describe("what replaces a snapshot", () => {
  it.each([
    ["collection", "db-tier"],
    ["collection", "7B29FC40-CA47-1067-B31D-00DD010662DA"],
    ["collection", unknownValue],
    ["snapshotType", "Recovery"],
    ["snapshotType", 32768],
    ["settings", { consistencyLevel: "CrashConsistent" }],
    ["settings", ""],
    ["triggers", { version: "2", of: ["a"] }],
    ["triggers", { version: unknownValue, of: ["a"] }],
  ])("%s: %j", (name, value) => {
    expect(diff({ [name]: value })).toEqual({ changes: true, replaces: [name], deleteBeforeReplace: true });
  });

  it.each([
    ["unknown", true],
    ["removed", true],
    ["kept", false],
  ] as const)("with dependents %s deletes first: %s", (dependents, deleteBeforeReplace) => {
    expect(diffCollectionSnapshot(olds, { ...inputs, triggers: [] }, dependents)).toMatchObject({
      deleteBeforeReplace,
    });
  });
});

describe("what leaves it alone", () => {
  it("nothing, a hidden input, the order of keys", () => {
    expect(diff({})).toEqual({ changes: false });
    expect(diff({ __provider: "other" })).toEqual({ changes: false });
    expect(diff({ __meta: { urn: "urn:new", timeouts: { create: "30m" } } })).toEqual({ changes: false });
    expect(diff({ triggers: { of: ["a"], version: "1" } })).toEqual({ changes: false });
  });

  it.each([
    ["collection", id],
    ["collection", `{${id.toLowerCase()}}`],
    ["collection", `Msvm_VirtualSystemCollection.CollectionID="${id}"`],
    ["collection", "WEB-TIER"],
    ["snapshotType", 1],
  ])("another spelling of the same is written down: %s %s", (name, value) => {
    expect(diff({ [name]: value })).toEqual({ changes: true });
  });

  it("other timeouts are written down, since delete reads them from the outputs", () => {
    expect(diff({ __meta: { timeouts: { delete: "1h" } } })).toEqual({ changes: true });
    expect(diff({ __meta: {} })).toEqual({ changes: true });
  });
});

describe("a snapshot that isn't complete", () => {
  const pending = { job: "job", before: [], made: null };

  it("is gone on with", () => expect(diff({}, { ...olds, __pending: pending })).toEqual({ changes: true }));

  it("is replaced where its job failed", () => {
    expect(diff({}, { ...olds, __pending: { ...pending, failed: "state 10" } })).toMatchObject({
      replaces: ["collection"],
    });
  });
});
