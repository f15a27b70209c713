import fc from "fast-check";
import { expect } from "vitest";
import { embedInstance, readEmbeddedClass, readEmbeddedProperties } from "../../provider/src/cim/embedded-instance";
import { snapshotSettingsText } from "../../provider/src/hyperv/snapshot-settings";
import { ClassName } from "../../provider/src/schema/names";
import { ConsistencyLevel, GuestBackupType } from "../../provider/src/schema/value-maps";
import { readEmbeddedInstance } from "../../provider/src/simulator/embedded-settings";
import { HostSchema } from "../../provider/src/simulator/host-schema";
import { checkInputs } from "../../provider/src/snapshot/properties";
import { HostAtHand } from "../support/simulated-hosts";
import { forAny, fuzz } from "./cases";
import { anyText, changed, guid, outcome } from "./inputs";

const schema = new HostSchema(20348);
const settingsClass = ClassName.virtualSystemSnapshotSettingData;
const namesOf = <Map extends object>(map: Map) => fc.constantFrom(...(Object.keys(map) as (keyof Map)[]));

const settings = fc.record(
  {
    consistencyLevel: namesOf(ConsistencyLevel),
    ignoreNonSnapshottableDisks: fc.boolean(),
    guestBackupType: namesOf(GuestBackupType),
  },
  { requiredKeys: [] },
);

const settingsText = settings.map(snapshotSettingsText);
const at = new HostAtHand();

fuzz("embedded instances", {
  "made from settings are read by the host as the same settings": forAny(settings, (given) => {
    const { consistencyLevel, ignoreNonSnapshottableDisks: ignored, guestBackupType } = given;
    const values = {
      ...(consistencyLevel !== undefined && { ConsistencyLevel: ConsistencyLevel[consistencyLevel] }),
      ...(ignored !== undefined && { IgnoreNonSnapshottableDisks: ignored }),
      ...(guestBackupType !== undefined && { GuestBackupType: GuestBackupType[guestBackupType] }),
    };
    const text = snapshotSettingsText(given);
    expect(readEmbeddedInstance(text, settingsClass, schema)).toEqual({ className: settingsClass, values });
    const asTexts = Object.entries(values).map(([name, value]) => [name, String(value)]);
    expect(readEmbeddedProperties(text)).toEqual(Object.fromEntries(asTexts));
  }),
  "with any text in them are refused, or read by the host as the same text": forAny(
    fc.tuple(anyText, guid),
    async ([ElementName, InstanceID]) => {
      const className = ClassName.virtualSystemSettingData;
      const { value, error } = await outcome(() => embedInstance(className, { InstanceID, ElementName }));
      if (error) return expect(error.code).toBe("INVALID_ARGUMENT");
      const values = { InstanceID, ElementName };
      expect(readEmbeddedInstance(value, className, schema)).toEqual({ className, values });
      expect(readEmbeddedProperties(value)).toEqual(ElementName === "" ? { InstanceID } : values);
      expect(readEmbeddedClass(value)).toEqual({ className });
    },
  ),
  "can be made of every name that the check accepts": forAny(anyText, (snapshotName) => {
    const { failures } = checkInputs({ collection: "web-tier", snapshotName });
    if (failures.length > 0) return;
    const text = embedInstance(ClassName.virtualSystemSettingData, { ElementName: snapshotName });
    expect(readEmbeddedProperties(text)).toEqual({ ElementName: snapshotName });
  }),
  "with a mistake in them are refused or read as written": forAny(settingsText.chain(changed), refusedOrRight),
  "are distinguished from any other text": forAny(
    fc.oneof(
      anyText,
      anyText.map((text) => `<INSTANCE CLASSNAME="${settingsClass}">${text}</INSTANCE>`),
    ),
    refusedOrRight,
  ),
});

/** What the host takes, our check takes too; and whatever it is, both give an answer. */
async function refusedOrRight(text: string): Promise<void> {
  const read = readEmbeddedClass(text);
  const { failures } = checkInputs({ collection: "web-tier", settings: text });
  const taken = readEmbeddedInstance(text, settingsClass, schema);
  if (taken) {
    expect(read).toHaveProperty("className");
    expect(failures).toEqual([]);
  }
  expect(readEmbeddedProperties(text)).toBeTypeOf("object");
  const group = at.group();
  const { value, error } = await outcome(() =>
    at.call("Msvm_CollectionSnapshotService", "CreateSnapshot", {
      Collection: group,
      SnapshotSettings: text,
      SnapshotType: 7,
    }),
  );
  expect(value?.returnValue ?? error?.code).toEqual(value ? expect.any(Number) : expect.stringMatching(/^CIM_/));
}
