import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { readEmbeddedProperties } from "../cim/embedded-instance";
import { HyperVError, type JobFailedError } from "../errors";

/**
 * Adds to a failed job's message what `GetErrorEx` tells of it, and what is known to help.
 *
 * Hosts that tell nothing, or no longer know the job, leave the message as it is.
 *
 * @param remedy - What helps where the job ended with this error code.
 */
export async function explainJobFailure(
  session: CimSession,
  error: JobFailedError,
  remedy: (errorCode: number) => string,
): Promise<JobFailedError> {
  const said = (await errorMessages(session, error.jobPath)).filter((text) => !error.parts.answer.includes(text));
  const answer = said.length > 0 ? `${error.parts.answer}. Its errors: ${said.join(" and ")}` : error.parts.answer;
  const cancelled = error.code !== "JOB_FAILED";
  return error.with({ answer, ...(!cancelled && { remedy: remedy(error.errorCode) }) });
}

async function errorMessages(session: CimSession, jobPath: string): Promise<readonly string[]> {
  try {
    const { outParameters } = await session.invokeMethod(CimInstancePath.parse(jobPath), "GetErrorEx", {});
    const errors = outParameters["Errors"];
    const texts = Array.isArray(errors) ? errors.filter((text) => typeof text === "string") : [];
    return [...new Set(texts.flatMap((text) => messageIn(text)))];
  } catch (failure) {
    if (HyperVError.isInstance(failure)) return [];
    throw failure;
  }
}

function messageIn(errorText: string): readonly string[] {
  const { Message: message, ErrorSource: source } = readEmbeddedProperties(errorText);
  if (!message) return [];
  return [`"${message}"${source ? ` (${source})` : ""}`];
}
