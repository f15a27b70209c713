import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimSession } from "../cim/cim-session";
import { readEmbeddedProperties } from "../cim/embedded-instance";
import { HyperVError, type JobFailedError } from "../errors";

/**
 * Adds to a failed job's message the errors of `GetErrorEx`, and a remedy.
 *
 * The message stays as it is if the host gives no errors or no longer knows the job.
 *
 * @param remedy - The remedy for the job's error code.
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
