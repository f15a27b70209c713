import type { CimSession } from "../cim/cim-session";
import { type Configuration, writtenKey } from "../config";
import { type ErrorCode, GuardError } from "../errors";
import { dependentsOf, dependentsUnknownRemedy, describeDependents, locateDependents } from "../hyperv/dependents";
import type { SnapshotDetails } from "../hyperv/snapshot-inventory";
import { findMachines } from "../hyperv/virtual-system-collection";
import { findSnapshot } from "./find-snapshot";
import { type Owner, type Owners, ownerOf, ownerText } from "./owners";
import { type SnapshotView, snapshotView, takenText } from "./snapshot-view";

/** Describes what a destroy would do. */
export interface DestroyPlan {
  readonly hostName: string;
  /** Newest first: the order in which they are destroyed. */
  readonly snapshots: readonly (SnapshotView & { readonly owner: Owner })[];
}

/** What the command needs to know before it destroys anything. */
interface DestroyRules {
  readonly owners: Owners;
  readonly dependents: Configuration["dependents"];
}

/**
 * Reads what a destroy would do; changes nothing.
 *
 * @throws {@link InvalidArgumentError} or {@link GuardError} when a resource of the stack owns one of the snapshots, or when other snapshots depend
 * on one and the host may remove those too.
 */
export async function readDestroyPlan(
  session: CimSession,
  words: readonly string[],
  { owners, dependents }: DestroyRules,
): Promise<DestroyPlan> {
  const found = new Map<string, SnapshotDetails>();
  for (const word of words) {
    const snapshot = await findSnapshot(session, word, owners);
    found.set(snapshot.path.identity, snapshot);
  }
  const snapshots = [...found.values()].toSorted((a, b) => (b.createdAt ?? "").localeCompare(a.createdAt ?? "", "en"));
  for (const snapshot of snapshots) refuseOwned(session, snapshot, ownerOf(snapshot, owners));
  if (dependents !== "kept") await refuseDependents(session, snapshots, { owners, dependents });
  const vmIds = snapshots.flatMap(({ members }) => members.map(({ vmId }) => vmId));
  const machines = await findMachines(session, [...new Set(vmIds)]);
  return {
    hostName: session.hostName,
    snapshots: snapshots.map((snapshot) => ({
      ...snapshotView(snapshot, machines),
      owner: ownerOf(snapshot, owners),
    })),
  };
}

/** Shows a plan to the person who decides. */
export function planText({ hostName, snapshots }: DestroyPlan, today: number): string {
  return [
    `What would be destroyed on ${hostName}:`,
    ...snapshots.flatMap(({ snapshotCollectionId, name, group, createdAt, members }) => [
      `  ${snapshotCollectionId}  ${name === null ? "" : `"${name}" `}of ${group ? `VM group ${group.name}` : "a deleted VM group"}`,
      `    taken ${takenText(createdAt, today)}`,
      `    machines: ${members.map(({ vmName }) => vmName).join(", ") || "none"}`,
    ]),
    "",
    "The machines keep running and keep their present state. They can't be restored to these snapshots afterwards.",
  ].join("\n");
}

function refuseOwned(session: CimSession, { snapshotCollectionId }: SnapshotDetails, owner: Owner): void {
  if (owner.kind === "unknown") return;
  const target = `${snapshotCollectionId} on ${session.hostName}`;
  if (owner.kind === "resource") {
    const remedy = "Remove the resource from the program and run `pulumi up`, or run `pulumi destroy`";
    throw refused("SNAPSHOT_OWNED", target, `the resource ${owner.urn} owns it`, remedy);
  }
  if (owner.kind === "request") {
    const answer = `it may be the result of an interrupted run's request for ${owner.urn}`;
    const remedy = `Run \`pulumi up\` or \`pulumi destroy\`: either finds out. If no program has this resource any more, delete the recovery record ${owner.file}`;
    throw refused("SNAPSHOT_OWNED", target, answer, remedy);
  }
  const { urn, stack, isInterrupted } = owner;
  throw isInterrupted
    ? refused(
        "SNAPSHOT_OWNED",
        target,
        `an interrupted run took it for ${urn}`,
        "Run `pulumi up`, which resumes it, or `pulumi destroy`",
      )
    : refused(
        "SNAPSHOT_OWNED",
        target,
        `the resource ${urn} of stack ${stack} had it last`,
        `Run the command in that stack's project, with --stack ${stack}: it then reads whether the stack still has it`,
      );
}

async function refuseDependents(
  session: CimSession,
  snapshots: readonly SnapshotDetails[],
  { owners, dependents }: DestroyRules,
): Promise<void> {
  const ownersText = (id: string) => {
    const owner = ownerOf({ snapshotCollectionId: id }, owners);
    return owner.kind === "unknown" ? undefined : ownerText(owner);
  };
  const going = new Set(snapshots.flatMap(({ members }) => members.map(({ snapshotId }) => snapshotId)));
  for (const { members, snapshotCollectionId } of snapshots) {
    const others = (await dependentsOf(session, members)).filter(({ snapshotId }) => !going.has(snapshotId));
    if (others.length === 0) continue;
    const names = describeDependents(await locateDependents(session, others), ownersText);
    const count = others.length === 1 ? "1 later checkpoint depends" : `${others.length} later checkpoints depend`;
    const target = `${snapshotCollectionId} on ${session.hostName}`;
    if (dependents === "removed") {
      const answer = `${count} on it (${names}), and this host would remove them too`;
      throw refused("DEPENDENTS_COLLECTED", target, answer, "Destroy the later ones first, or together with it");
    }
    const answer = `${count} on it (${names}), and the host may remove them too`;
    throw refused("DEPENDENTS_UNKNOWN", target, answer, dependentsUnknownRemedy(writtenKey("dependents")));
  }
}

function refused(code: ErrorCode, target: string, answer: string, remedy: string): GuardError {
  const headline = `Refusing to destroy ${target}: ${answer}`;
  const outcome = "Nothing was destroyed";
  return new GuardError({ headline, attempted: "DestroySnapshot", target, answer, outcome, remedy }, { code });
}
