import { UserSnapshotType } from "../schema/value-maps";
import { checkpointLimit } from "./member-state";
import { probeQuestions } from "./probe-questions";
import type { Recording } from "./recording";

/** What a recording says of a host: a simulated host is made from it. */
export interface RecordedHost {
  readonly machines: readonly RecordedMachine[];
  readonly groups: readonly { readonly name: string; readonly members: readonly string[] }[];
  /** What the host does, by the option that it settles. */
  readonly settled: Readonly<Record<string, string>>;
}

/** A machine, as far as a recording describes it. */
export interface RecordedMachine {
  readonly name: string;
  readonly state: "running" | "off" | "saved" | "paused";
  readonly configurationVersion?: string;
  readonly userSnapshotType?: keyof typeof UserSnapshotType;
  readonly checkpoints: number;
}

/** Reads from a recording how a host behaves. Options without an answer are left out. */
export function recordedHost({ members, answers }: Recording): RecordedHost {
  const optionOf = new Map(probeQuestions.flatMap(({ id, option }) => (option === undefined ? [] : [[id, option]])));
  const settled = answers.flatMap(({ question, answer }) => {
    const option = optionOf.get(question);
    return option === undefined || answer === null ? [] : [[option, answer]];
  });
  return {
    machines: members.map(({ machine, state, configurationVersion, checkpointType, checkpoints }) => {
      const userSnapshotType = Object.entries(UserSnapshotType).find(([, value]) => value === checkpointType)?.[0];
      return {
        name: machine,
        state: state === "other" ? "running" : state,
        ...(configurationVersion !== null && { configurationVersion }),
        ...(userSnapshotType !== undefined && { userSnapshotType: userSnapshotType as keyof typeof UserSnapshotType }),
        checkpoints: Math.min(checkpoints, checkpointLimit),
      };
    }),
    groups: [{ name: "group-1", members: members.map(({ machine }) => machine) }],
    settled: Object.fromEntries(settled),
  };
}
