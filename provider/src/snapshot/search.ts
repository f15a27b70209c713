import { HyperVError, MethodFailedError, UnknownOutcomeError } from "../errors";
import { findTraces, type SentRequest, type Trace } from "../hyperv/find-traces";
import { type MemberCondition, membersBeingSnapshot, readMemberConditions } from "../hyperv/member-condition";
import { explainRefusal } from "../hyperv/refusal";
import { describeCollection, type VirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { requireVisibility } from "../hyperv/visibility";
import type { Operation } from "../process/operation";
import type { BegunSnapshot } from "./begun-snapshot";
import { partialCreate } from "./partial-create";

/**
 * Finds out what came of a request whose answer was lost.
 *
 * @returns The snapshot as far as it is, or null when it is certain that nothing came of it.
 * @throws {@link PartialCreateError} when that can't be told now, so that the next `pulumi up` looks again.
 */
export async function recoverLostAnswer(
  operation: Operation,
  begun: BegunSnapshot,
  cause: HyperVError | undefined,
): Promise<BegunSnapshot | null> {
  const { group, machines, pending, others } = begun;
  let traces: readonly Trace[];
  try {
    const members = machines.length > 0 ? machines : await readMemberConditions(operation.host.session, group.path);
    const machineIds = members.map(({ vmId }) => vmId);
    const before = [...pending.before, ...(others?.made ?? [])];
    traces = await searchLostAnswer(operation, { collection: group, before, machineIds, jobsOfOthers: others?.jobs });
  } catch (error) {
    throw partialCreate(operation, begun, cause ?? error);
  }
  const [trace, another] = traces;
  if (!trace) return null;
  if (another) throw partialCreate(operation, begun, severalTraces(operation, begun, traces));
  const path = trace.path.toString();
  const known = trace.kind === "job" ? { job: path, made: null } : { job: null, made: path };
  return { ...begun, pending: { before: pending.before, ...known }, isAdopted: true };
}

/** Makes the error of a request that took no effect, as a search has shown. */
export function noTrace(
  operation: Operation,
  group: VirtualSystemCollection,
  machines: readonly MemberCondition[],
  cause: HyperVError,
): HyperVError {
  const outcome = `No snapshot was taken: a search of ${operation.lostAnswerSearchMs / 1000} s found neither a job nor a snapshot that came of it`;
  if (MethodFailedError.isInstance(cause)) return explainRefusal(cause, machines, outcome).with({ effect: "none" });
  const target = describeCollection(operation.host.session, group.name);
  return cause.with({ attempted: "CreateSnapshot", target, outcome, remedy: "Run `pulumi up` again", effect: "none" });
}

function unseenJob(
  operation: Operation,
  group: VirtualSystemCollection,
  busy: readonly MemberCondition[],
): UnknownOutcomeError {
  return new UnknownOutcomeError({
    attempted: "CreateSnapshot",
    target: describeCollection(operation.host.session, group.name),
    answer: `the host's answer was lost, and a snapshot is being taken of ${busy.map(({ vmName }) => vmName).join(", ")} by a job that can't be seen`,
    outcome: "It may be this one",
    remedy: "Wait until it is done",
  });
}

function severalTraces(operation: Operation, { group }: BegunSnapshot, traces: readonly Trace[]): UnknownOutcomeError {
  return new UnknownOutcomeError({
    attempted: "CreateSnapshot",
    target: describeCollection(operation.host.session, group.name),
    answer: `the host's answer was lost, and there are ${traces.length} that could have come of it: ${traces.map(({ path }) => path.relativePath).join(", ")}`,
    outcome: "One of them is the snapshot",
    remedy: "Remove on the host those that nobody needs",
  });
}

const pauseMs = 2000;

/**
 * Looks for what came of a request whose answer was lost, until there is a trace or the search's time is over.
 *
 * @returns The traces of the first look that found any; none when the host was seen, and nothing is there.
 * @throws The last look's failure, when the host could not be looked at, or showed too little to be believed.
 */
async function searchLostAnswer(operation: Operation, request: SentRequest): Promise<readonly Trace[]> {
  const { clock, host, lostAnswerSearchMs, progress } = operation;
  progress.step("the host's answer was lost: looking for what came of the request");
  const until = clock.now() + lostAnswerSearchMs;
  for (;;) {
    let failure: unknown;
    try {
      const traces = await findTraces(host.session, request);
      if (traces.length > 0) return traces;
    } catch (error) {
      if (!HyperVError.isInstance(error)) throw error;
      failure = error;
    }
    if (clock.now() >= until) {
      if (failure !== undefined) throw failure;
      await requireVisibility(host.session, "what came of the request", [request.collection.path]);
      const busy = await membersBeingSnapshot(host.session, request.collection.path);
      if (busy.length > 0) throw unseenJob(operation, request.collection, busy);
      return findTraces(host.session, request); // sight may have come only with the last look
    }
    await clock.sleep(Math.min(pauseMs, until - clock.now()));
  }
}
