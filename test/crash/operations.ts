import type { Stage } from "./stage";

/** An operation that is interrupted. */
export interface Operation {
  readonly name: string;
  readonly configuration: Readonly<Record<string, string>>;
  /** How often the host may be asked for a snapshot, in all: once for each requested snapshot. */
  readonly requests: number;
  /** What goes before it. */
  readonly before: (stage: Stage) => Promise<void>;
  readonly run: (stage: Stage) => Promise<void>;
  /** The `up` that comes after it was interrupted. */
  readonly again: (stage: Stage) => Promise<void>;
  /** Whether nothing is left after `again`: it repeats a destroy. */
  readonly leavesNone?: true;
}

const dependents = (value: string) => ({ "hyperv-snapshots:dependents": value });
/** What most operations begin with. */
export const first = { triggers: [1], snapshotName: "before" };
const renamed = { ...first, snapshotName: "renamed" };
const second = { ...first, triggers: [2] };

const up = (inputs: typeof first) => (stage: Stage) => stage.up(inputs);
const nothing = async () => {};

/** What is interrupted, at each of its points. */
export const operations: readonly Operation[] = [
  { name: "create", configuration: {}, requests: 1, before: nothing, run: up(first), again: up(first) },
  { name: "update", configuration: {}, requests: 1, before: up(first), run: up(renamed), again: up(renamed) },
  {
    name: "re-attach",
    configuration: {},
    requests: 1,
    before: (stage) => stage.up(first, { create: "50ms" }).catch(() => {}),
    run: up(first),
    again: up(first),
  },
  {
    name: "replace by a trigger, the old one first",
    configuration: dependents("unknown"),
    requests: 2,
    before: up(first),
    run: up(second),
    again: up(second),
  },
  {
    name: "replace by a trigger, the new one first",
    configuration: dependents("kept"),
    requests: 2,
    before: up(first),
    run: up(second),
    again: up(second),
  },
  {
    name: "--replace, the new one first",
    configuration: dependents("kept"),
    requests: 2,
    before: up(first),
    run: (stage) => stage.up(first, { isReplace: true }),
    again: up(first),
  },
  {
    name: "--replace, the old one first",
    configuration: dependents("unknown"),
    requests: 2,
    before: up(first),
    run: (stage) => stage.up(first, { isReplace: true }),
    again: up(first),
  },
  {
    name: "delete",
    configuration: {},
    // an `up` after it requests another one if the first is deleted
    requests: 2,
    before: up(first),
    run: (stage) => stage.destroy(),
    again: up(first),
  },
];

const group = { name: "tier", members: ["web-01"] };
const changedGroup = { name: "renamed", members: ["web-01", "web-02"] };
const upGroup = (inputs: typeof group) => (stage: Stage) => stage.up(inputs);

/** What is interrupted of a VM group. */
export const groupOperations: readonly Operation[] = [
  { name: "create", configuration: {}, requests: 1, before: nothing, run: upGroup(group), again: upGroup(group) },
  {
    name: "update",
    configuration: {},
    requests: 1,
    before: upGroup(group),
    run: upGroup(changedGroup),
    again: upGroup(changedGroup),
  },
  {
    name: "delete",
    configuration: {},
    requests: 1,
    before: upGroup(group),
    run: (stage) => stage.destroy(),
    again: (stage) => stage.destroy(),
    leavesNone: true,
  },
];
