import type { Kill } from "./fuse";

/** What a user does. */
export const operations = [
  "up",
  "replace", // --replace
  "change", // of an input that replaces, then up
  "destroy",
  "forget", // `state rm`, or removal with retainOnDelete
  "up, refused by the host",
  "up, unknown state", // what the state holds can't be learnt
  "replace, unknown state",
  "up, with too short a timeout",
  "up, the answer lost",
  "up, failing after it took effect", // a WMI error number that proves nothing
  "up, the job of its naming fails",
  "up, named by a job",
  "up, its job fails",
  "foreign snapshot",
  "ten minutes pass", // the host forgets the jobs that are over
  "import", // of what an interrupted run has left, with `pulumi import --file`
  "rename", // of the resource, with an alias
  "swap names", // of the two stacks, with `pulumi stack rename`
  "group up",
  "group destroy",
] as const;

/** One of {@link operations}. */
export type Operation = (typeof operations)[number];

/** What the provider has no part in. */
export const notByPulumi: readonly string[] = [
  "foreign snapshot",
  "ten minutes pass",
  "forget",
  "rename",
  "swap names",
];

/** One operation of a history: whose, and where it is interrupted. */
export interface Act {
  /** Which of the two stacks. */
  readonly stack: 0 | 1;
  readonly operation: Operation;
  readonly kill?: Kill | undefined;
}
