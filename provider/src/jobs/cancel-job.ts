import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { RequestedJobState } from "../schema/value-maps";

/**
 * Asks the host to end a job (`RequestStateChange`, 4 Terminate).
 *
 * This is only a request: the job may still end otherwise, so the caller waits for its end. A job that says it
 * can't be cancelled gets no request from the callers; the host's return value is for the message.
 */
export async function cancelJob(session: CimSession, path: CimInstancePath): Promise<number> {
  const { returnValue } = await session.invokeMethod(path, "RequestStateChange", {
    RequestedState: RequestedJobState.Terminate,
  });
  return returnValue;
}
