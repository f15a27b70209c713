import { HyperVError, MethodFailedError, UnknownOutcomeError } from "../errors";
import { type GroupBefore, isBy } from "../hyperv/find-result";
import { findTraces, type SentRequest, type Trace } from "../hyperv/find-traces";
import { type MemberState, membersBeingSnapshot, membersNow } from "../hyperv/member-condition";
import { describeGained } from "../hyperv/new-snapshots";
import { explainRefusal } from "../hyperv/refusal";
import { lookIntoEventLog } from "../hyperv/remedies";
import {
  describeCollection,
  membersOf,
  type VirtualMachine,
  type VirtualSystemCollection,
} from "../hyperv/virtual-system-collection";
import { requireVisibility } from "../hyperv/visibility";
import { waitUntil } from "../jobs/wait-until";
import type { Operation } from "../process/operation";
import type { Pending } from "../process/resource-call";

/** A request whose outcome is unknown. */
export interface UnansweredRequest extends GroupBefore {
  /** The group's machines, where they are known. */
  readonly machines: readonly VirtualMachine[];
  /** Tells whether a trace is from the time in which the request can have reached the host. */
  readonly isInTime: (trace: Trace) => boolean;
}

/**
 * Searches for the result of a request whose outcome is unknown.
 *
 * @returns How far the snapshot is, or null when it is certain that the request took no effect.
 * @throws {@link UnknownOutcomeError} when the outcome is still unknown, so that the next run searches again.
 */
export async function searchOutcome(
  operation: Operation,
  { machines, isInTime, ...group }: UnansweredRequest,
): Promise<Pick<Pending, "job" | "made"> | null> {
  const { session } = operation.host;
  const members = machines.length > 0 ? machines : await membersOf(session, group.collection.path);
  const request = { ...group, machineIds: members.map(({ vmId }) => vmId) };
  const traces = await findTracesInTime(operation, request, isInTime);
  const [trace, another] = traces;
  if (!trace) {
    const later = (await findTraces(session, request)).filter(({ kind }) => kind === "made");
    if (later.length > 0) throw notProven(operation, group.collection, later);
    return null;
  }
  if (another) throw severalTraces(operation, group.collection, traces);
  const path = trace.path.toString();
  return trace.kind === "job" ? { job: path, made: null } : { job: null, made: path };
}

/** Tells whether a trace is from the time in which a request can have reached the host: a later one may be another program's. */
export const isInTime = ({ until }: Pick<Pending, "until">, { since }: Trace): boolean =>
  until !== undefined && isBy(since, until);

/**
 * The group has gained nothing that is proven to be the result, and nothing else will come: the host has forgotten the job, or a search found
 * it or no trace. What a job that ended well has made exists, found or not.
 */
export class NoResult extends UnknownOutcomeError {}

function notProven(
  { host: { session } }: Operation,
  group: VirtualSystemCollection,
  later: readonly Trace[],
): UnknownOutcomeError {
  return new NoResult({
    attempted: "CreateSnapshot",
    target: describeCollection(session, group.name),
    answer: "its outcome was unknown, and a search found neither a job nor a snapshot from the time of the request",
    outcome: describeGained(later.map(({ path }) => String(path.key("CollectionID")))),
    remedy: lookIntoEventLog,
  });
}

/** Makes the error of a request that took no effect, as a search has shown. */
export async function noTrace(
  { host: { session }, unknownOutcomeSearchMs, call: { words } }: Operation,
  group: VirtualSystemCollection,
  cause: HyperVError,
): Promise<HyperVError> {
  const outcome = `No snapshot was taken: a search of ${Math.round(unknownOutcomeSearchMs / 1000)} s found neither a job nor a snapshot`;
  if (MethodFailedError.isInstance(cause)) {
    const members = await membersNow(session, group.path);
    return explainRefusal(cause, members, outcome).with({ effect: "none" });
  }
  const target = describeCollection(session, group.name);
  const remedy = `Run ${words.apply} again`;
  return cause.with({ attempted: "CreateSnapshot", target, outcome, remedy, effect: "none" });
}

const pauseMs = 2000;

/**
 * Searches until there is a trace or the search's time is over.
 *
 * @returns The traces of the first look that found any; none when the host is visible and has none.
 * @throws The last look's failure, when the host could not be asked, or showed too little to be believed.
 */
async function findTracesInTime(
  operation: Operation,
  request: SentRequest,
  fits: (trace: Trace) => boolean,
): Promise<readonly Trace[]> {
  const { clock, host, unknownOutcomeSearchMs, progress, call } = operation;
  const { session } = host;
  progress.step("the outcome of the request is unknown: searching for its result");
  const until = clock.now() + unknownOutcomeSearchMs;
  return waitUntil<readonly Trace[], HyperVError | undefined>(clock, {
    look: async () => {
      let failure: HyperVError | undefined;
      try {
        const traces = (await findTraces(session, request)).filter(fits);
        if (traces.length > 0) return { done: traces };
      } catch (error) {
        if (!HyperVError.isInstance(error)) throw error;
        failure = error;
      }
      if (clock.now() < until || failure) return { waitFor: failure };
      await requireVisibility(session, "the result of the request", [request.collection.path]);
      const busy = await membersBeingSnapshot(session, request.collection.path);
      if (busy.length > 0) throw unseenJob(operation, request, busy);
      return { done: (await findTraces(session, request)).filter(fits) }; // visibility may have come only with the last look
    },
    until: () => until,
    firstPauseMs: pauseMs,
    longestPauseMs: pauseMs,
    late: (failure) => failure,
    signal: call.signal,
  });
}

function unseenJob(
  { host: { session } }: Operation,
  { collection }: SentRequest,
  busy: readonly MemberState[],
): UnknownOutcomeError {
  return new UnknownOutcomeError({
    attempted: "CreateSnapshot",
    target: describeCollection(session, collection.name),
    answer: `its outcome is unknown, and a job that isn't known to be its own is taking a snapshot of ${busy.map(({ vmName }) => vmName).join(", ")}`,
    outcome: "It may be this one",
    remedy: "Wait until it is done",
  });
}

function severalTraces(
  { host: { session } }: Operation,
  group: VirtualSystemCollection,
  traces: readonly Trace[],
): UnknownOutcomeError {
  return new UnknownOutcomeError({
    attempted: "CreateSnapshot",
    target: describeCollection(session, group.name),
    answer: `its outcome is unknown, and there are ${traces.length} that could have come of it: ${traces.map(({ path }) => path.relativePath).join(", ")}`,
    outcome: "One of them is the snapshot",
    remedy: "Remove on the host those that aren't needed",
  });
}

/** Makes the reason why an incomplete snapshot will never be complete: the request took no effect. */
export function tookNoEffect(
  { host: { session }, call: { words } }: Operation,
  group: VirtualSystemCollection,
): HyperVError {
  return new UnknownOutcomeError(
    {
      attempted: "CreateSnapshot",
      target: describeCollection(session, group.name),
      answer: "its outcome was unknown, and a search found neither a job nor a snapshot",
      outcome: "No snapshot was taken",
      remedy: `Run ${words.apply} again`,
    },
    { effect: "none" },
  );
}
