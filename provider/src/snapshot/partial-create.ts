import { type ErrorParts, HyperVError, PartialCreateError } from "../errors";
import { describeCollection } from "../hyperv/virtual-system-collection";
import type { Operation } from "../process/operation";
import type { BegunSnapshot } from "./begun-snapshot";
import { echoOutputs, groupOutputs, pendingOutputs } from "./outputs";

const goesOn =
  "The resource is kept in the state: the next `pulumi up` goes on from here and takes no second snapshot, `pulumi destroy` ends the job and removes what it made";

const triesAgain = "The next `pulumi up` tries again";

/**
 * Makes the error by which Pulumi keeps a begun snapshot in the state, whose next `pulumi up` calls `update`.
 *
 * @param cause - What kept it from being complete.
 */
export function partialCreate(
  { host: { session } }: Operation,
  begun: Pick<BegunSnapshot, "id" | "inputs" | "group" | "pending" | "read">,
  cause: unknown,
): PartialCreateError {
  const properties = {
    ...echoOutputs(begun),
    ...groupOutputs(session, begun.group),
    ...pendingOutputs(begun.pending),
    ...begun.read,
  };
  const parts: ErrorParts = HyperVError.isInstance(cause)
    ? cause.parts
    : {
        attempted: "CreateSnapshot",
        target: describeCollection(session, begun.group.name),
        answer: String(cause),
        outcome: "The snapshot may exist",
        remedy: "Look at the group's snapshots on the host",
      };
  const remedy = begun.pending.failed
    ? "The next `pulumi up` takes a new snapshot in its place"
    : `${parts.remedy}. ${begun.read ? triesAgain : goesOn}`;
  return new PartialCreateError({ ...parts, remedy }, { id: begun.id, properties, cause });
}
