import type { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { RequestedJobState } from "../schema/value-maps";

/**
 * Asks the host to end a job (`RequestStateChange`, 4 Terminate).
 *
 * Only a request: a job may end otherwise all the same, so whoever asks waits for its end afterwards. A job that says it
 * can't be cancelled isn't asked for by the callers; the host's answer is handed back for the message.
 */
export async function cancelJob(session: CimSession, path: CimInstancePath): Promise<number> {
  const { returnValue } = await session.invokeMethod(path, "RequestStateChange", {
    RequestedState: RequestedJobState.Terminate,
  });
  return returnValue;
}
