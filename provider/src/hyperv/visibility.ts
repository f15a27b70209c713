import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { AccessDeniedError, NotFoundError } from "../errors";
import { ClassName } from "../schema/names";
import { getRights } from "./remedies";

/**
 * Proves that this session sees what must be there, before anything that it doesn't find counts as gone.
 *
 * A query of this namespace without the rights finds nothing and says nothing (containers/libhvee#224). So the service
 * itself has to be visible, and at least one of the things that are known to be there: the group, a member machine.
 *
 * @param missing - What was not found, for the message.
 * @param known - What the same host must have. None known: the service alone decides.
 * @throws {@link AccessDeniedError} when nothing of it can be seen.
 */
export async function requireVisibility(
  session: CimSession,
  missing: string,
  known: readonly CimInstancePath[] = [],
): Promise<void> {
  const services = await session.query(`SELECT * FROM ${ClassName.collectionSnapshotService}`);
  if (services.length === 0) throw blind(session, missing, ClassName.collectionSnapshotService);
  if (known.length === 0) return;
  for (const path of known) {
    if (await exists(session, path)) return;
  }
  throw blind(session, missing, known.map(({ relativePath }) => relativePath).join(", "));
}

/**
 * Whether something is gone, and not just out of sight: it isn't found, what must be there is seen, and it still isn't found.
 *
 * @throws {@link AccessDeniedError} when nothing of what must be there can be seen.
 */
export async function isDeleted(
  session: CimSession,
  path: CimInstancePath,
  missing: string,
  known: readonly CimInstancePath[],
): Promise<boolean> {
  if (await exists(session, path)) return false;
  await requireVisibility(session, missing, known);
  // sight may have come only between the two
  return !(await exists(session, path));
}

/** Whether an instance can be read; what can't be seen and what isn't there look the same. */
export async function exists(session: CimSession, path: CimInstancePath): Promise<boolean> {
  try {
    await session.get(path);
    return true;
  } catch (error) {
    if (NotFoundError.isInstance(error)) return false;
    throw error;
  }
}

function blind(session: CimSession, missing: string, alsoMissing: string): AccessDeniedError {
  return new AccessDeniedError({
    attempted: `Finding ${missing}`,
    target: session.hostName,
    answer: `the host showed neither it nor ${alsoMissing}, which must be there`,
    outcome: "Nothing is taken for gone, and the state stays as it is",
    remedy: `${getRights}; if all of it was really removed from the host, take the resource out with \`pulumi state delete\``,
  });
}
