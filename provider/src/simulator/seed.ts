import * as v from "valibot";
import { type OptionName, type OptionValue, optionValues } from "./host-options";

const described = <Schema extends v.GenericSchema>(schema: Schema, text: string) => v.pipe(schema, v.description(text));

const name = v.pipe(v.string(), v.nonEmpty());
const guid = v.pipe(
  v.string(),
  v.regex(/^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$/, "Expected a GUID without braces"),
);
const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));

/** How a job's percentage moves. */
export const progressShapeSchema = v.union(
  [
    v.literal("linear"),
    v.strictObject({ stuckAtPercent: percent }),
    v.strictObject({
      points: v.array(v.tuple([v.pipe(v.number(), v.minValue(0), v.maxValue(1)), percent])),
    }),
  ],
  'Expected "linear", {"stuckAtPercent": 99} or {"points": [[0.5, 20], [1, 100]]}',
);

const jobTiming = v.strictObject({
  seconds: described(v.pipe(v.number(), v.minValue(0)), "How long the job takes."),
  progress: v.optional(
    described(progressShapeSchema, "How PercentComplete moves; linear where nothing is said."),
    "linear",
  ),
  cancellable: v.optional(
    described(v.boolean(), "Whether the job can be cancelled; true where nothing is said."),
    true,
  ),
});

/** The methods whose jobs have their own timing; methods with the same name share it. */
export const jobMethods = [
  "CreateSnapshot",
  "DestroySnapshot",
  "ApplySnapshot",
  "ConvertToReferencePoint",
  "ExportSnapshot",
  "ModifySystemSettings",
  "DefineCollection",
  "DestroyCollection",
  "RenameCollection",
  "AddMember",
  "RemoveMember",
  "RemoveMemberById",
] as const;

/** One of {@link jobMethods}. */
export type JobMethod = (typeof jobMethods)[number];

const forEachJobMethod = <Schema>(schema: Schema) =>
  Object.fromEntries(jobMethods.map((method) => [method, schema])) as Readonly<Record<JobMethod, Schema>>;

/** Properties that a person or a seed sets, by their names. */
export const propertyBagSchema = v.record(
  v.string(),
  v.union([v.string(), v.number(), v.boolean(), v.array(v.union([v.string(), v.number()]))]),
);

/** A NetBIOS computer name. */
export const hostNameSchema = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9-]{1,15}$/, "Expected 1 to 15 letters, digits or hyphens"),
);

const machine = v.strictObject({
  name: described(name, "ElementName of the virtual machine."),
  id: v.optional(described(guid, "GUID of the virtual machine; made from its name where it isn't given.")),
  state: v.optional(
    described(
      v.picklist(["running", "off", "saved", "paused"]),
      "State of the virtual machine; running where nothing is said.",
    ),
    "running",
  ),
  configurationVersion: v.optional(
    described(
      v.pipe(v.string(), v.regex(/^\d+\.\d+$/, "Expected two numbers with a dot, such as 10.0")),
      "Configuration version; 10.0 where nothing is said.",
    ),
    "10.0",
  ),
  userSnapshotType: v.optional(
    described(
      v.picklist(["Disable", "ProductionFallbackToTest", "ProductionNoFallback", "Test"]),
      "Which kind of checkpoint the machine makes; ProductionFallbackToTest where nothing is said.",
    ),
    "ProductionFallbackToTest",
  ),
  checkpoints: v.optional(
    described(
      v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(50)),
      "How many checkpoints the machine has already; none where nothing is said.",
    ),
    0,
  ),
  applicationVersion: v.optional(described(v.string(), "Version of the application on the machine's disk.")),
  properties: v.optional(
    described(
      propertyBagSchema,
      "Properties of the machine's Msvm_ComputerSystem in place of those that follow from its state, such as OperationalStatus or EnabledState.",
    ),
    {},
  ),
  mergingEnabled: v.optional(
    described(
      v.boolean(),
      "Whether the machine's disks merge (Msvm_DiskMergeSettingData.EnabledState); true where nothing is said.",
    ),
    true,
  ),
});

const group = v.strictObject({
  name: described(name, "ElementName of the VM group; two groups may bear the same."),
  id: v.optional(described(guid, "CollectionID of the group; made from its name where it isn't given.")),
  members: described(v.array(name), "Names or GUIDs of the machines in the group."),
});

const managementGroup = v.strictObject({
  name: described(name, "ElementName of the management group."),
  id: v.optional(described(guid, "CollectionID of the group; made from its name where it isn't given.")),
  members: described(v.array(name), "Names or CollectionIDs of the groups in it."),
});

type OptionEntries = {
  readonly [Name in OptionName]: v.OptionalSchema<v.PicklistSchema<OptionValue<Name>[], undefined>, undefined>;
};

const options = v.strictObject(
  Object.fromEntries(
    Object.entries(optionValues).map(([option, values]) => [option, v.optional(v.picklist(values))]),
  ) as unknown as OptionEntries,
);

/** The seed of a simulated host; `seed.schema.json` is the same as JSON schema. */
export const seedSchema = v.strictObject({
  $schema: v.optional(v.string()),
  hostName: v.optional(described(hostNameSchema, "Name of the host; HV-HOST where nothing is said."), "HV-HOST"),
  build: v.optional(
    described(
      v.pipe(v.number(), v.integer(), v.minValue(14393)),
      "Build of Windows on the host, 14393 (Windows Server 2016) or later; 20348 where nothing is said.",
    ),
    20348,
  ),
  machines: v.optional(described(v.array(machine), "The virtual machines."), []),
  groups: v.optional(described(v.array(group), "The VM groups."), []),
  managementGroups: v.optional(described(v.array(managementGroup), "The groups of groups."), []),
  options: v.optional(
    described(options, "Behaviours that no public source settles; behaviours.json says what each value does."),
    {},
  ),
  jobs: v.optional(
    described(
      v.strictObject(forEachJobMethod(v.optional(jobTiming))),
      "How long jobs take, by the method that starts them; 2 s where nothing is said.",
    ),
    {},
  ),
  mergeSeconds: v.optional(
    described(
      v.pipe(v.number(), v.minValue(0)),
      "How long machines merge their disks after a snapshot was destroyed; 1 s where nothing is said.",
    ),
    1,
  ),
});

/** The seed of a simulated host, as a person writes it. */
export type Seed = v.InferInput<typeof seedSchema>;

const resolvedJobTiming = v.object({ seconds: v.number(), progress: progressShapeSchema, cancellable: v.boolean() });

/** A seed with everything filled in, as a store holds it. */
export const resolvedSeedSchema = v.object({
  hostName: v.string(),
  build: v.number(),
  machines: v.array(v.object({ ...machine.entries, id: v.string() })),
  groups: v.array(v.object({ id: v.string(), name: v.string(), memberIds: v.array(v.string()) })),
  managementGroups: v.array(v.object({ id: v.string(), name: v.string(), memberIds: v.array(v.string()) })),
  options: v.record(v.string(), v.string()),
  jobs: v.object(forEachJobMethod(resolvedJobTiming)),
  mergeSeconds: v.number(),
});

/** A seed with everything filled in: ids, defaults, members by id. */
export type ResolvedSeed = v.InferOutput<typeof resolvedSeedSchema>;
