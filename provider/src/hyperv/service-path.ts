import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { nothingVisible } from "./visibility";

const known = new WeakMap<CimSession, Map<string, Promise<CimInstancePath>>>();

/**
 * Reads the path of a service, of which a host has one each: once for a session, also when many ask at the same time.
 *
 * @throws {@link AccessDeniedError} or {@link VisibilityError} when the host shows none.
 */
export function servicePath(session: CimSession, className: string): Promise<CimInstancePath> {
  const paths = known.get(session) ?? new Map<string, Promise<CimInstancePath>>();
  known.set(session, paths);
  const path = paths.get(className) ?? readServicePath(session, className);
  paths.set(className, path);
  path.catch(() => paths.delete(className));
  return path;
}

async function readServicePath(session: CimSession, className: string): Promise<CimInstancePath> {
  const [service] = await session.query(`SELECT * FROM ${className}`);
  if (!service) throw await nothingVisible(session, className);
  return service.path;
}
