import { describe, expect, it } from "vitest";
import { type Json, unknownValue } from "../../../provider/src/dynamic/protocol";
import { checkInputs, readInputs } from "../../../provider/src/snapshot/inputs";

const failuresOf = (inputs: Record<string, Json>) =>
  Object.fromEntries(
    checkInputs({ collection: "web-tier", ...inputs }).failures.map(({ property, reason }) => [property, reason]),
  );

describe("inputs that are right", () => {
  it.each<Record<string, Json>>([
    {},
    { snapshotType: "Recovery" },
    { snapshotType: 0 },
    { snapshotType: 65535 },
    { settings: "" },
    { settings: '<INSTANCE CLASSNAME="Msvm_VirtualSystemSnapshotSettingData"/>' },
    { settings: { consistencyLevel: "ApplicationConsistent", guestBackupType: "Copy" } },
    { triggers: [1, { a: null }, "x"] },
    { __meta: { urn: "urn", timeouts: { create: "1h30m" } }, __provider: "text" },
    { collection: unknownValue, snapshotType: unknownValue, settings: unknownValue, triggers: unknownValue },
    { settings: { consistencyLevel: unknownValue } },
  ])("%j", (inputs) => expect(failuresOf(inputs)).toEqual({}));

  it("get the default type, so that the state says which it was", () => {
    expect(checkInputs({ collection: "web-tier" }).inputs).toEqual({
      collection: "web-tier",
      snapshotType: "Standard",
    });
    expect(readInputs({ collection: "web-tier", snapshotType: "Recovery" })).toMatchObject({ snapshotType: 2 });
    expect(readInputs({ collection: "web-tier", snapshotType: 40000 })).toMatchObject({ snapshotType: 40000 });
  });
});

describe("inputs that are wrong", () => {
  it.each<[Record<string, Json>, Record<string, string>]>([
    [{ snapshotType: 3 }, { snapshotType: "reserved by the DMTF" }],
    [{ snapshotType: 32767 }, { snapshotType: "reserved by the DMTF" }],
    [{ snapshotType: 65536 }, { snapshotType: "a number from 0 to 65535" }],
    [{ snapshotType: 1.5 }, { snapshotType: "a number from 0 to 65535" }],
    [{ snapshotType: "standard" }, { snapshotType: '"standard" is none of its values: write "Standard", "Recovery"' }],
    [{ settings: "<p:Class/>" }, { settings: "it is no embedded instance" }],
    [
      { settings: '<INSTANCE CLASSNAME="Msvm_Nothing"/>' },
      { settings: "no host is known to have the class Msvm_Nothing" },
    ],
    [{ settings: { consistencyLevel: "High" } }, { "settings.consistencyLevel": '"ApplicationConsistent"' }],
    [
      { settings: { ignoreNonSnapshottableDisks: "yes" } },
      { "settings.ignoreNonSnapshottableDisks": "write true or false" },
    ],
    [{ settings: 5 }, { settings: "write an object or the text of an embedded instance" }],
    [{ collection: 5 }, { collection: "as text" }],
    [{ collection: "" }, { collection: "it is empty" }],
    [{ trigger: [] }, { trigger: "Did you mean triggers?" }],
    [{ __meta: { timeouts: { create: "soon" } } }, { "customTimeouts.create": '"soon" is no duration' }],
  ])("%j", (inputs, expected) => {
    const failures = failuresOf(inputs);
    expect(Object.keys(failures)).toEqual(Object.keys(expected));
    for (const [property, said] of Object.entries(expected)) expect(failures[property]).toContain(said);
  });

  it("include a missing collection", () => {
    expect(checkInputs({}).failures).toEqual([
      { property: "collection", reason: expect.stringContaining("it is missing") },
    ]);
  });
});
