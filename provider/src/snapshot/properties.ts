import * as v from "valibot";
import { declaredClassName } from "../cim/cim-class";
import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { canStandInXml, readEmbeddedClass } from "../cim/embedded-instance";
import { HyperVError } from "../errors";
import { readCollectionDesignator } from "../hyperv/collection-designator";
import { memberOutputs } from "../hyperv/member-names";
import { createdAt, type MemberSnapshot, memberSnapshots } from "../hyperv/snapshot-collection";
import type { SnapshotSettings } from "../hyperv/snapshot-settings";
import {
  findMachines,
  machinePath,
  type VirtualMachine,
  type VirtualSystemCollection,
} from "../hyperv/virtual-system-collection";
import type { JobReading } from "../jobs/concrete-job";
import { checkFailures, connectionName, type InputWords, orList } from "../process/input-check";
import {
  type CheckFailure,
  isRecord,
  notKnownYet,
  type Pending,
  type Properties,
  type SavedResource,
  type Value,
  type Values,
} from "../process/resource-call";
import { ConsistencyLevel, GuestBackupType, JobState, SnapshotType } from "../schema/value-maps";
import { lostFile, lostValueKey } from "../types/lost-value";

/** The inputs of a `CollectionSnapshot`, checked. */
export interface CollectionSnapshotInputs {
  readonly collection: string;
  readonly snapshotType: number;
  readonly settings: SnapshotSettings | string | undefined;
  /** What the members' snapshots are called; the host's own names if unset. */
  readonly snapshotName: string | undefined;
}

/** The names a program gives `CreateSnapshot`'s types. */
const snapshotTypeNames = { Standard: SnapshotType.StandardSnapshot, Recovery: SnapshotType.RecoverySnapshot } as const;
const firstVendorType = 32768;
const lastVendorType = 65535;

/** What an absent `snapshotType` means; `check` writes it into the inputs, so that the state says which it was. */
const defaultSnapshotType = "Standard";

const oneOf = (values: readonly string[]) =>
  v.picklist(values, (issue) => `invalid value ${JSON.stringify(issue.input)}; allowed: ${orList(values)}`);

const collection = v.pipe(
  v.string("write the VM group's name, its CollectionID or its object path, as text"),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    try {
      readCollectionDesignator(dataset.value);
    } catch (error) {
      if (!HyperVError.isInstance(error)) throw error;
      addIssue({ message: `${error.parts.answer}. ${error.parts.remedy}` });
    }
  }),
);

const snapshotType = v.lazy((input) =>
  typeof input === "number"
    ? v.pipe(
        v.number(),
        v.check(
          (value) => Number.isInteger(value) && value >= 0 && value <= lastVendorType,
          `a number from 0 to ${lastVendorType} is needed; write "Standard" or "Recovery"`,
        ),
        v.check(
          (value) => value < 3 || value >= firstVendorType || value > lastVendorType,
          `3 … 32767 are reserved by the DMTF; write "Standard" (1), "Recovery" (2) or a vendor's number from ${firstVendorType} on`,
        ),
      )
    : oneOf(Object.keys(snapshotTypeNames)),
);

const typedSettings = v.strictObject({
  consistencyLevel: v.optional(oneOf(Object.keys(ConsistencyLevel))),
  ignoreNonSnapshottableDisks: v.optional(v.boolean("write true or false")),
  guestBackupType: v.optional(oneOf(Object.keys(GuestBackupType))),
});

const settingsText = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed || dataset.value === "") return;
    const found = readEmbeddedClass(dataset.value);
    const form =
      'write <INSTANCE CLASSNAME="Msvm_VirtualSystemSnapshotSettingData">…</INSTANCE>, or an object such as { consistencyLevel: "ApplicationConsistent" }';
    if ("problem" in found) addIssue({ message: `it isn't an embedded instance (${found.problem}); ${form}` });
    else if (!declaredClassName(found.className)) {
      addIssue({ message: `no host is known to have the class ${found.className}; ${form}` });
    }
  }),
);

/** Hosts refuse these in names and notes, even when they are escaped (contributor notes of r4sd/go-wsman). */
const refusedInNames = /[&<]/;

const snapshotName = v.pipe(
  v.string("write the name as text"),
  v.check((name) => name.trim() !== "", "it is empty; write a name, or leave it out for the resource's own"),
  v.check((name) => !refusedInNames.test(name), "hosts refuse & and < in names; leave them out"),
  v.check(canStandInXml, "it has a control character, which can't be sent to a host; leave it out"),
);

const settings = v.lazy((input) => (typeof input === "string" ? settingsText : typedSettings));

/** The inputs whose change replaces the snapshot. */
const replacing = {
  collection,
  snapshotType: v.optional(snapshotType),
  settings: v.optional(settings),
  triggers: v.optional(v.unknown()),
  connection: v.optional(connectionName),
};

/** The inputs whose change is taken over in place. */
const inPlace = {
  snapshotName: v.optional(snapshotName),
  waitForMerge: v.optional(v.boolean("write true or false")),
};

const inputsSchema = v.strictObject({ ...replacing, ...inPlace });

const words: InputWords = {
  forms: {
    collection: "the VM group's name, its CollectionID or its object path",
    settings: "an object or the text of an embedded instance",
  },
  nested: { settings: Object.keys(typedSettings.entries) },
};

/** The names of the inputs whose change replaces the snapshot. */
export const replacingInputs = Object.keys(replacing) as readonly (keyof typeof replacing)[];

/** The names of all inputs. */
export const inputNames = Object.keys(inputsSchema.entries) as readonly (keyof typeof inputsSchema.entries)[];

/**
 * Checks the inputs of a `CollectionSnapshot`: every failure at once, each on its property, with the correct form.
 *
 * Values that a preview doesn't know yet are let through.
 */
export function checkInputs(news: Values): { inputs: Values; failures: CheckFailure[] } {
  const failures = checkFailures(inputsSchema, news, words);
  const reason = incomparable(news["triggers"]);
  if (reason !== undefined) failures.push({ property: "triggers", reason });
  return { inputs: { ...news, snapshotType: news["snapshotType"] ?? defaultSnapshotType }, failures };
}

/** Reads inputs that `check` has passed. */
export function readInputs(inputs: Properties): CollectionSnapshotInputs {
  return {
    collection: inputs["collection"] as string,
    snapshotType: snapshotTypeNumber(inputs["snapshotType"]),
    settings: (inputs["settings"] ?? undefined) as SnapshotSettings | string | undefined,
    snapshotName: (inputs["snapshotName"] ?? undefined) as string | undefined,
  };
}

/** `CreateSnapshot`'s number for what a program wrote. */
export function snapshotTypeNumber(value: Value | undefined): number {
  if (typeof value === "number") return value;
  return snapshotTypeNames[(value ?? defaultSnapshotType) as keyof typeof snapshotTypeNames];
}

/** What a program writes for one of `CreateSnapshot`'s numbers. */
export function snapshotTypeInput(value: number): string | number {
  return Object.entries(snapshotTypeNames).find(([, type]) => type === value)?.[0] ?? value;
}

/** Says why triggers can't be compared, if they can't. */
function incomparable(value: Value | undefined): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (isRecord(value)) {
    const lost = value[lostValueKey];
    if (lost === lostFile) return "assets and archives can't be compared; give a hash of their content instead";
    if (typeof lost === "string") {
      return `JSON can't hold a value of the kind ${lost}, so a change would go unnoticed; write it as text, such as date.toISOString() or [...map]`;
    }
  }
  for (const entry of Object.values(value)) {
    const reason = incomparable(entry);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** The outputs that name the group; they never change. */
export function groupOutputs(session: CimSession, group: VirtualSystemCollection): Properties {
  return {
    collectionId: group.collectionId,
    collectionPath: group.path.toString(),
    collectionName: group.name,
    hostName: session.hostName,
  };
}

/** The outputs of a snapshot that isn't complete: what is known, and null for the rest. */
export function pendingOutputs({ made }: Pending): Properties {
  return {
    resultingSnapshotCollection: made,
    snapshotCollectionId: null,
    members: [],
    createdAt: null,
    job: null,
  };
}

/** The outputs of the job that made a snapshot; null when the host made it at once. */
export function jobOutput(reading: JobReading | null, elapsedMs: number): Properties | null {
  if (!reading) return null;
  const texts = [reading.errorDescription, reading.errorSummaryDescription].filter((text): text is string => !!text);
  return {
    id: String(reading.path.key("InstanceID")),
    elapsedSeconds: Math.round((reading.elapsedMs ?? elapsedMs) / 100) / 10,
    warnings: reading.jobState === JobState.CompletedWithWarnings ? [...new Set(texts)] : [],
  };
}

/**
 * Reads a snapshot collection into outputs.
 *
 * @param machines - Machines whose names are known already; the others are asked for.
 */
export async function snapshotOutputs(
  session: CimSession,
  path: CimInstancePath,
  machines: readonly VirtualMachine[],
): Promise<{ readonly outputs: Properties; readonly members: readonly MemberSnapshot[] }> {
  const members = await memberSnapshots(session, path);
  return { members, outputs: await outputsOf(session, path, members, machines) };
}

/** The outputs of a snapshot collection whose members have been read. */
export async function outputsOf(
  session: CimSession,
  path: CimInstancePath,
  members: readonly MemberSnapshot[],
  machines: readonly VirtualMachine[],
): Promise<Properties> {
  const unnamed = members.map(({ vmId }) => vmId).filter((id) => !machines.some(({ vmId }) => vmId === id));
  const named = unnamed.length > 0 ? [...machines, ...(await findMachines(session, unnamed))] : machines;
  return {
    resultingSnapshotCollection: path.within({ host: session.hostName, namespace: session.namespace }).toString(),
    snapshotCollectionId: String(path.key("CollectionID")),
    members: memberOutputs(members, named),
    createdAt: createdAt(members),
  };
}

/** The machines that a state knows, with their names. */
export function knownMachines(outputs: Properties): readonly VirtualMachine[] {
  const members = Array.isArray(outputs["members"]) ? outputs["members"] : [];
  return members.map((member) => ({ vmId: String(member.vmId), vmName: String(member.vmName) }));
}

/** What must be visible on the host before anything counts as deleted: the group, and the machines that the state knows. */
export function knownThings(outputs: Properties): readonly CimInstancePath[] {
  const group = typeof outputs["collectionPath"] === "string" ? [CimInstancePath.parse(outputs["collectionPath"])] : [];
  return [...group, ...knownMachines(outputs).map(({ vmId }) => machinePath(vmId))];
}

const isInput = (name: string) => (inputNames as readonly string[]).includes(name);

/** The inputs among some properties. */
export function pickInputs(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => isInput(name)));
}

/** The outputs alone: an input that the program no longer gives must not stay. */
export function withoutInputs(properties: Properties): Properties {
  return Object.fromEntries(Object.entries(properties).filter(([name]) => !isInput(name)));
}

const ofGroup = ["collectionId", "collectionPath", "collectionName", "hostName"];
const ofSnapshot = ["resultingSnapshotCollection", "snapshotCollectionId", "members", "createdAt", "job"];
const computed = [...ofGroup, ...ofSnapshot];

/** The outputs of a preview of an update, beside the inputs: of an incomplete snapshot only the group is known. */
export function foreseenOutputs({ outputs, pending }: SavedResource): Values {
  const unknown = pending ? ofSnapshot.map((name) => [name, notKnownYet]) : [];
  return { ...withoutInputs(outputs), ...Object.fromEntries(unknown) };
}

/** The outputs of a preview: the inputs, and nothing else is known yet. */
export function unknownOutputs(inputs: Values): Values {
  return { ...Object.fromEntries(computed.map((name) => [name, notKnownYet])), ...inputs };
}
