import { InvalidArgumentError } from "../errors";
import behaviours from "./behaviours.json";

/**
 * Every option with its value; `behaviours.json` says what each does.
 *
 * Written out, though the file has it all, so that a user's compiler needn't read the file; ours sees that they agree.
 */
export interface HostOptions {
  readonly collectionIdForm: "upperCase" | "lowerCase" | "braced";
  readonly rights: "full" | "allHidden" | "denied" | "jobsHidden";
  readonly language: "English" | "German" | "Japanese";
  readonly missingReference: "refuse32773" | "refuse4" | "notFound";
  readonly snapshotTypes: "oneAndTwo" | "vendorToo";
  readonly settings: "accept" | "refuse32773";
  readonly badSettings: "refuse32773" | "refuse32768";
  readonly membersOff: "refuse32770" | "accept";
  readonly membersSavedOrPaused: "accept" | "refuse32775";
  readonly membersBusy: "refuse32775" | "accept";
  readonly membersMerging: "refuse32775" | "accept";
  readonly emptyGroup: "refuse32775" | "accept";
  readonly checkpointLimitRefusal: "refuse32768" | "refuse32770" | "jobError32768";
  readonly failedMember: "allOrNothing" | "leavesOthers";
  readonly checkpointsDisabled: "refuse32775" | "jobError32768" | "groupsAccept";
  readonly completion: "job" | "atOnce";
  readonly groupCompletion: "atOnce" | "job";
  readonly settingsCompletion: "atOnce" | "job";
  readonly resultReferenceOnJob: "null" | "given";
  readonly resultReferenceAtOnce: "given" | "null";
  readonly jobResultRow: "collection" | "memberSnapshots" | "none";
  readonly groupResultRow: "group" | "none";
  readonly collectionJobRows: "machines" | "group" | "none";
  readonly snapshotCollectionAppears: "atEnd" | "atStart";
  readonly snapshotCreationTime: "atEnd" | "atStart";
  readonly destroyJobType: "199" | "72";
  readonly exportJobType: "198" | "206";
  readonly cancelledJob: "leavesNothing" | "leavesSnapshot" | "continues";
  readonly jobsAtRestart: "forgotten" | "forgottenButMade" | "continued";
  readonly stoppedVmms: "empty" | "notFound" | "failed" | "providerNotLoaded";
  readonly applyingStatus: "32769" | "23769";
  readonly merging: "ends" | "neverBegins" | "neverEnds";
  readonly machineSnapshotNaming: "ignored" | "named" | "refuse32773";
  readonly longNames: "accept" | "refuse32773" | "refuse32768";
  readonly savedState: "never" | "standardCheckpoints";
  readonly snapshotNotes: "kept" | "ignored" | "vm";
  readonly recoverySnapshotSettings: "accept" | "refuse32775";
  readonly snapshotCollectionName: "null" | "group";
  readonly emptySnapshotCollection: "goes" | "stays";
  readonly dependents: "kept" | "removed";
  readonly membersThatMoved: "leave" | "stale";
  readonly destroyGroupWithSnapshots: "accept" | "refuse32775";
  readonly membershipAsItIs: "accept" | "refuse32773";
}

/** The name of a behaviour without a public source, which is therefore an option. */
export type OptionName = keyof HostOptions;

/** The values that an option has. */
export type OptionValue<Name extends OptionName> = HostOptions[Name];

/** An entry of `behaviours.json`: a behaviour with its source, or as an option. */
export interface Behaviour {
  readonly sentence: string;
  readonly source?: string;
  readonly option?: { readonly default: string; readonly values: Readonly<Record<string, string>> };
}

type DocumentedName = {
  [Id in keyof typeof behaviours]: (typeof behaviours)[Id] extends { readonly option: object } ? Id : never;
}[keyof typeof behaviours];

type DocumentedOptions = {
  readonly [Name in DocumentedName]: keyof (typeof behaviours)[Name]["option"]["values"] & string;
};

/** Doesn't compile where {@link HostOptions} has what `behaviours.json` lacks; the other way round, `documented` doesn't. */
type AsDocumented<Options extends DocumentedOptions> = Options;

const known: Readonly<Record<string, Behaviour>> = behaviours;

/** The behaviours of the simulated host, each with its public source or as an option. */
export const hostBehaviours: readonly (Behaviour & { readonly id: string })[] = Object.entries(known).map(
  ([id, behaviour]) => ({ id, ...behaviour }),
);

/** The values of every option, by its name. */
export const optionValues: Readonly<Record<OptionName, readonly string[]>> = Object.fromEntries(
  hostBehaviours.flatMap(({ id, option }) => (option ? [[id, Object.keys(option.values)]] : [])),
) as unknown as Record<OptionName, readonly string[]>;

const documented: AsDocumented<HostOptions> = Object.fromEntries(
  hostBehaviours.flatMap(({ id, option }) => (option ? [[id, option.default]] : [])),
) as unknown as DocumentedOptions;

/** The options of a host by default. */
export const defaultOptions: HostOptions = documented;

/**
 * Makes sure that an option exists and has this value.
 *
 * @throws {@link InvalidArgumentError} that lists what there is.
 */
export function checkOption(name: string, value: string): void {
  const values = Object.hasOwn(optionValues, name) ? optionValues[name as OptionName] : undefined;
  if (values?.includes(value)) return;
  throw new InvalidArgumentError({
    attempted: "Setting an option",
    target: `the simulated host (${name} = ${JSON.stringify(value)})`,
    answer: values === undefined ? "it has no such option" : `${name} has no such value`,
    outcome: "Nothing was changed",
    remedy:
      values === undefined
        ? `Options are: ${Object.keys(optionValues).join(", ")}`
        : `Use one of: ${values.join(", ")}`,
  });
}
