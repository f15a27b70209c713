import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { queryByKey } from "../cim/query-by-key";
import {
  AccessDeniedError,
  CimError,
  type ErrorParts,
  type HyperVError,
  NotFoundError,
  OtherHostError,
  VisibilityError,
} from "../errors";
import { Hresult } from "../schema/hresults";
import { ClassName } from "../schema/names";
import { getRights } from "./remedies";

/**
 * Proves that this session sees what must exist, so that what it doesn't find counts as deleted.
 *
 * A host answers nothing at all to an account without the rights, and to everybody while VMMS isn't running. So the service itself has
 * to be visible, and something that must exist: on the host that the known paths name, the group or a machine; on a host of any other name,
 * the group, since machines move between the nodes of a cluster.
 *
 * @param missing - What was not found, for the message.
 * @param known - What must exist: the group as the state has it, member machines. Without any, the service alone decides.
 * @throws {@link AccessDeniedError} when the account lacks the rights, {@link VisibilityError} when VMMS isn't running or the cause isn't known.
 * @throws {@link OtherHostError} when another host answers, which doesn't have the group.
 */
export async function requireVisibility(
  session: CimSession,
  missing: string,
  known: readonly CimInstancePath[] = [],
): Promise<void> {
  const recordedHost = known.find(({ host }) => host !== undefined)?.host;
  const isSameHost = recordedHost === undefined || answersAs(session, recordedHost);
  const proofs = isSameHost ? known : known.filter((path) => !isMachine(path));
  const [seesService, seesProof] = await Promise.all([hasService(session), anyExists(session, proofs)]);
  if (!seesService) throw await nothingVisible(session, missing);
  if (seesProof || known.length === 0) return;
  if (!isSameHost) throw otherHost(session, missing, recordedHost);
  throw proofsMissing(session, missing, known);
}

/** A look for something on the host. */
export interface Look<Found> {
  readonly look: () => Promise<Found>;
  /** Tells whether something that was expected is missing from the result. */
  readonly isIncomplete: (found: Found) => boolean;
  /** What is missing then, for the message. */
  readonly missing: string;
  /** What must exist, see {@link requireVisibility}. */
  readonly known?: readonly CimInstancePath[];
}

/**
 * Looks for something. That something is missing counts only if what must exist is visible, and a second look misses it, too: VMMS may have come up between
 * the first one and the proof.
 *
 * @throws What {@link requireVisibility} throws.
 */
export async function lookWithProof<Found>(
  session: CimSession,
  { look, isIncomplete, missing, known }: Look<Found>,
): Promise<Found> {
  const found = await look();
  if (!isIncomplete(found)) return found;
  await requireVisibility(session, missing, known);
  return look();
}

/**
 * Finds out whether something is deleted, and not only invisible.
 *
 * @throws What {@link requireVisibility} throws.
 */
export async function isDeleted(
  session: CimSession,
  path: CimInstancePath,
  missing: string,
  known: readonly CimInstancePath[],
): Promise<boolean> {
  const isIncomplete = (isThere: boolean) => !isThere;
  return isIncomplete(
    await lookWithProof(session, { look: () => exists(session, path), isIncomplete, missing, known }),
  );
}

/** Whether an instance can be read. A host answers the same for what is invisible and what doesn't exist. */
export async function exists(session: CimSession, path: CimInstancePath): Promise<boolean> {
  try {
    await session.get(path);
    return true;
  } catch (error) {
    if (NotFoundError.isInstance(error)) return false;
    throw error;
  }
}

/**
 * Makes the error for a host that shows nothing. It has three causes: no rights, VMMS not running or starting, nothing there.
 *
 * @param missing - What was not found.
 */
export async function nothingVisible(session: CimSession, missing: string): Promise<HyperVError> {
  const state = (await session.managementServiceState?.()) ?? null;
  const parts = {
    attempted: `Finding ${missing}`,
    target: session.hostName,
    outcome: "Nothing counts as deleted, and the state stays as it is",
  };
  const sees = `the account can't see ${ClassName.collectionSnapshotService}, which every Hyper-V host has`;
  if (state === "Running") {
    const answer = `${sees}, and VMMS is running: a host shows nothing to an account without the rights`;
    return new AccessDeniedError({ ...parts, answer, remedy: getRights }, { effect: "none" });
  }
  if (state !== null) return notRunning(parts, state);
  return new VisibilityError(
    {
      ...parts,
      answer: `${sees}: the account lacks the rights, or the virtual machine management service (vmms) isn't running`,
      remedy: `${getRights}; or start the service on the host (\`Get-Service vmms\`, \`Start-Service vmms\`). The class needs Windows Server 2016 or later`,
    },
    { code: "NOT_VISIBLE" },
  );
}

/** Makes the error for a host whose management service isn't running. */
function notRunning(parts: Omit<ErrorParts, "answer" | "remedy">, state: string, cause?: unknown): VisibilityError {
  return new VisibilityError(
    {
      ...parts,
      answer: `the virtual machine management service (vmms) is in the state ${JSON.stringify(state)}, and a host shows nothing until it runs`,
      remedy: "Start it on the host (`Start-Service vmms`), wait until the machines are listed, then run it again",
    },
    { code: "VMMS_NOT_RUNNING", cause },
  );
}

/** The numbers with which a host fails any read while VMMS is stopped or starting. */
const whileStopped: readonly number[] = [Hresult.WBEM_E_FAILED, Hresult.WBEM_E_PROVIDER_LOAD_FAILURE];

/** A query has one more, since "Not found" isn't otherwise an answer to a query. */
const queryWhileStopped: readonly number[] = [...whileStopped, Hresult.WBEM_E_NOT_FOUND];

/**
 * Makes a session that behaves as another one, but says of a failed read that VMMS isn't running, if that is so.
 *
 * Such a read fails with numbers that mean something else otherwise: "Generic failure", "Not found".
 */
export function explainedSession(session: CimSession): CimSession {
  const explained = async <Answer>(answer: Promise<Answer>, numbers: readonly number[] = whileStopped) => {
    try {
      return await answer;
    } catch (error) {
      if (!CimError.isInstance(error) || error.hresult === null || !numbers.includes(error.hresult)) throw error;
      const state = (await session.managementServiceState?.()) ?? null;
      if (state === null || state === "Running") throw error;
      const { attempted, target } = error.parts;
      throw notRunning({ attempted, target, outcome: "It only reads, so nothing was changed" }, state, error);
    }
  };
  const reads: Pick<CimSession, "get" | "query" | "associators" | "references"> = {
    get: (path, options) => explained(session.get(path, options)),
    query: (wql, options) => explained(session.query(wql, options), queryWhileStopped),
    associators: (path, options) => explained(session.associators(path, options)),
    references: (path, options) => explained(session.references(path, options)),
  };
  return Object.assign(Object.create(session), reads);
}

async function hasService(session: CimSession): Promise<boolean> {
  return (await session.query(`SELECT * FROM ${ClassName.collectionSnapshotService}`)).length > 0;
}

/** Whether one of some things is visible: machines are read in one query. */
async function anyExists(session: CimSession, paths: readonly CimInstancePath[]): Promise<boolean> {
  const vmIds = paths.filter(isMachine).map((path) => String(path.key("Name")));
  const others = paths.filter((path) => !isMachine(path));
  const [machines, ...found] = await Promise.all([
    queryByKey(session, ClassName.computerSystem, "Name", vmIds),
    ...others.map((path) => exists(session, path)),
  ]);
  return machines.length > 0 || found.includes(true);
}

const isMachine = ({ className }: CimInstancePath) =>
  className.toLowerCase() === ClassName.computerSystem.toLowerCase();

/** Whether the host has a name, or had it before it was renamed, as the configuration says. */
function answersAs({ hostName, formerHostName }: CimSession, name: string): boolean {
  return isSameName(hostName, name) || (formerHostName !== undefined && isSameName(formerHostName, name));
}

/** Compares names of hosts as Windows does: without regard to case; a short name is that of the qualified one. */
function isSameName(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()];
  if (a === b) return true;
  const isQualified = (name: string) => /[a-z-]/.test(name) && name.includes(".");
  if (isQualified(a) === isQualified(b)) return false;
  return a.split(".")[0] === b.split(".")[0];
}

/**
 * Refuses to look here for something that a reference places on another host: that it isn't found proves nothing.
 *
 * @throws {@link OtherHostError} when the reference names another host than the one that answers.
 */
export function requireHostOf(session: CimSession, reference: CimInstancePath, missing: string): void {
  const { host } = reference;
  if (host === undefined || [".", "localhost"].includes(host.toLowerCase()) || answersAs(session, host)) return;
  throw new OtherHostError({
    headline: `${session.hostName} answers, the reference names ${host}, and ${session.hostName} doesn't have ${missing}`,
    attempted: `Finding ${missing}`,
    target: session.hostName,
    answer: `the reference names another host, ${host}, and it doesn't exist on the host that answers`,
    outcome: "Nothing counts as deleted",
    remedy: `Connect to ${host} (hyperv-snapshots:host). If it was renamed, set hyperv-snapshots:formerHostName to ${host}`,
  });
}

function otherHost(session: CimSession, missing: string, recordedHost: string): OtherHostError {
  return new OtherHostError({
    headline: `${session.hostName} answers, the state names ${recordedHost}, and ${session.hostName} doesn't have the VM group`,
    attempted: `Finding ${missing}`,
    target: session.hostName,
    answer: `another host than ${recordedHost} answers, and it doesn't have the VM group`,
    outcome: "Nothing counts as deleted, and the state stays as it is",
    remedy: `Correct the connection (hyperv-snapshots:host) if it leads to the wrong host. After a failover, connect to the node that has the VM group. If ${recordedHost} was renamed, set hyperv-snapshots:formerHostName to ${recordedHost}`,
  });
}

function proofsMissing(session: CimSession, missing: string, known: readonly CimInstancePath[]): VisibilityError {
  const names = known.map(({ relativePath }) => relativePath).join(", ");
  return new VisibilityError(
    {
      attempted: `Finding ${missing}`,
      target: session.hostName,
      answer: `the account can see neither it nor ${names}, which must exist`,
      outcome: "Nothing counts as deleted, and the state stays as it is",
      remedy: `${getRights}; if VMMS has just started, wait until the machines are listed. Only if you know that all of it was removed from the host, take the resource out with \`pulumi state delete\``,
    },
    { code: "NOT_VISIBLE" },
  );
}
