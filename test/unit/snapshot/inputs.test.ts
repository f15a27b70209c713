import { describe, expect, it } from "vitest";
import { notKnownYet, type Values } from "../../../provider/src/process/resource-call";
import { checkInputs, readInputs } from "../../../provider/src/snapshot/properties";

const failuresOf = (inputs: Values) =>
  Object.fromEntries(
    checkInputs({ collection: "web-tier", ...inputs }).failures.map(({ property, reason }) => [property, reason]),
  );

describe("valid inputs", () => {
  it.each<Values>([
    {},
    { snapshotType: "Recovery" },
    { snapshotType: 0 },
    { snapshotType: 65535 },
    { settings: "" },
    { settings: '<INSTANCE CLASSNAME="Msvm_VirtualSystemSnapshotSettingData"/>' },
    { settings: { consistencyLevel: "ApplicationConsistent", guestBackupType: "Copy" } },
    { triggers: [1, { a: null }, "x"] },
    { collection: notKnownYet, snapshotType: notKnownYet, settings: notKnownYet, triggers: notKnownYet },
    { settings: { consistencyLevel: notKnownYet } },
  ])("%j", (inputs) => expect(failuresOf(inputs)).toEqual({}));

  it("get the default type, so that the state records it", () => {
    expect(checkInputs({ collection: "web-tier" }).inputs).toEqual({
      collection: "web-tier",
      snapshotType: "Standard",
    });
    expect(readInputs({ collection: "web-tier", snapshotType: "Recovery" })).toMatchObject({ snapshotType: 2 });
    expect(readInputs({ collection: "web-tier", snapshotType: 40000 })).toMatchObject({ snapshotType: 40000 });
  });
});

describe("invalid inputs", () => {
  it.each<[Values, Record<string, string>]>([
    [{ snapshotType: 3 }, { snapshotType: "reserved by the DMTF" }],
    [{ snapshotType: 32767 }, { snapshotType: "reserved by the DMTF" }],
    [{ snapshotType: 65536 }, { snapshotType: "a number from 0 to 65535" }],
    [{ snapshotType: 1.5 }, { snapshotType: "a number from 0 to 65535" }],
    [{ snapshotType: "standard" }, { snapshotType: 'invalid value "standard"; allowed: "Standard", "Recovery"' }],
    [{ settings: "<p:Class/>" }, { settings: "it isn't an embedded instance" }],
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
