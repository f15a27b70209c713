import { type Act, notByPulumi } from "./operations";
import { collectionIdOf, isUndecided, messageOf, type Outcome, type World } from "./world";

/** What the world was like before the last operation. */
export interface Before {
  readonly collections: ReadonlySet<string>;
}

/**
 * Says what is wrong after a last, whole operation; undefined when all is right.
 *
 * The host holds exactly one snapshot of the stack, the state names it, nothing that was kept is deleted, and, if nothing was interrupted, a
 * request for a new one got a new one.
 */
export async function whatIsWrong(
  world: World,
  { stack: index, operation }: Act,
  outcome: Outcome,
  before: Before,
  wasUndisturbed: boolean,
): Promise<string | undefined> {
  const onHost = new Set(world.collections());
  for (const id of world.untouchable) if (!onHost.has(id)) return `${id} was deleted, and had another owner`;
  if (operation === "import" || notByPulumi.includes(operation)) return undefined;
  const stack = world.stacks[index]!;
  const locks = await world.locks();
  if (locks.length > 0) return `locks are left: ${locks}`;
  if (operation.startsWith("group")) return whatIsWrongWithGroup(world, index, operation, outcome);
  if (mayFail(operation) || isGuard(outcome.error)) return undefined;
  const isAlone = world.stacks.every((other) => other === stack || !other.wasDisturbed);
  const isMixed = !isAlone || world.hasLeftOvers;
  if (isMixed && isAmbiguous(outcome.error)) return undefined;
  if ((isMixed || world.hasForgottenJobs) && isUndecided(outcome.error)) return undefined;
  if (world.imported.size > 0 && isResultDeleted(outcome.error)) return undefined;
  if (isReplacedNext(world, outcome.error)) return undefined;
  if (outcome.error) return `it failed: ${messageOf(outcome.error)}`;
  if (operation === "destroy") return undefined; // what the engine never mentions again is listed, not removed
  if (!stack.live) return "the state names nothing";
  const named = collectionIdOf(stack.live.outs);
  if (!onHost.has(named)) return `the state names ${named || "nothing"}, which is not on the host`;
  const names = await world.namesIn(named);
  if (!world.imported.has(named) && names.some((name) => name !== "before")) return `its snapshots are called ${names}`;
  if (world.untouchable.has(named)) return `${named} was taken over, and had another owner`;
  const others = new Set(
    world.stacks.flatMap((other) =>
      other === stack
        ? []
        : [other.live, ...other.pendingDeletes].map((live) => (live ? collectionIdOf(live.outs) : "")),
    ),
  );
  if (others.has(named) && !isUnseen(world, named)) return `${named} is in two stacks`;
  const ours = [...onHost].filter((id) => !world.untouchable.has(id) && !others.has(id));
  const isNamed = world.warnings.some((text) => /stays? on the host|by another program/.test(text));
  if (isAlone && !isNamed && !world.hasLeftOvers && ours.length !== 1)
    return `${ours.length} snapshots: ${ours.join(", ")}`;
  if (!isNamed && (await world.recordsOf(stack)).length > 0 && !world.forgetsNothing) return "a record is left";
  const isRequested = operation.startsWith("replace") || operation === "change";
  if (wasUndisturbed && isRequested && before.collections.has(named)) return `${named} is not a new one`;
  return undefined;
}

/** Says what is wrong with a stack's VM group: after an `up` there is exactly one, and the state names it. */
function whatIsWrongWithGroup(
  world: World,
  index: 0 | 1,
  operation: Act["operation"],
  outcome: Outcome,
): string | undefined {
  const stack = world.stacks[index]!;
  if (outcome.error) return `it failed: ${messageOf(outcome.error)}`;
  if (operation === "group destroy") return undefined;
  const groups = world.groupsOf(stack);
  if (groups.length !== 1 && !stack.hasGroupLeftOver) return `${groups.length} groups: ${groups.join(", ")}`;
  const { live } = stack.group;
  return live && groups.includes(live.id)
    ? undefined
    : `the state names ${live?.id}, and the group is ${groups.join(", ")}`;
}

/** Where dependent snapshots exist, `delete` refuses, and both stay. */
function isGuard(error: unknown): boolean {
  return String((error as { code?: unknown } | undefined)?.code).startsWith("DEPENDENTS_");
}

/**
 * Where two stacks, or a stack and its former name, have an unanswered request on one group, it isn't known which belongs to which: both are
 * reported, and neither is used.
 */
function isAmbiguous(error: unknown): boolean {
  return /there are \d+ that could have come of it|the group has gained \d+ snapshot collections/.test(
    messageOf(error),
  );
}

/**
 * The one snapshot of an interrupted run was imported and then replaced on request, with no other run between: the engine asks for no difference
 * then, so the state has no URN, the delete can't find the record, and the create waits until the host has forgotten the job.
 */
function isResultDeleted(error: unknown): boolean {
  return /A snapshot was made, and can't be found/.test(messageOf(error));
}

/** An import leaves no mark, so a run that can't read the states resumes what it knows by its own record, though another stack has imported it. */
const isUnseen = ({ imported, hasUnknownState }: World, id: string): boolean => hasUnknownState && imported.has(id);

/**
 * An interrupted run's job failed only after another run had put the incomplete snapshot into the state: the next run reports that, and the one
 * after it takes a new snapshot.
 */
export function isReplacedNext({ hasFailingJobs }: World, error: unknown): boolean {
  return hasFailingJobs && messageOf(error).includes("takes a new snapshot in its place");
}

/** Operations that end in an error by their nature. */
function mayFail(operation: Act["operation"]): boolean {
  return [
    "up, refused by the host",
    "up, with too short a timeout",
    "up, the job of its naming fails",
    "up, its job fails",
  ].includes(operation);
}
