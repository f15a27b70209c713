import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { AccessDeniedError } from "../errors";
import { getRights } from "./remedies";

const known = new WeakMap<CimSession, Map<string, Promise<CimInstancePath>>>();

/**
 * The path of a service, of which a host has one each; read once a session, also when many ask at the same time.
 *
 * @throws {@link AccessDeniedError} when the host shows none: it has one, and hides it from an account without the rights.
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
  if (!service) {
    throw new AccessDeniedError({
      attempted: `Finding ${className}`,
      target: session.hostName,
      answer: "the host showed none, which is how it answers an account without the rights",
      outcome: "Nothing was changed",
      remedy: `${getRights}; the class needs Windows Server 2016 or later`,
    });
  }
  return service.path;
}
