import { CimError, JobFailedError, MethodFailedError, NotFoundError } from "../errors";
import { ReturnValue } from "../schema/value-maps";

/** The word for a call that the host accepted. */
export const accepted = "accept";

/**
 * What came of a call that the host refused, in one word: `refuse32770`, `jobError32768`, `notFound`, `hresult80041002`.
 *
 * @throws The error itself, if it isn't a refusal: then nothing is known of the host.
 */
export function refusalWord(error: unknown): string {
  if (MethodFailedError.isInstance(error)) return `refuse${error.returnValue}`;
  if (JobFailedError.isInstance(error)) return `jobError${error.errorCode}`;
  if (NotFoundError.isInstance(error)) return "notFound";
  if (CimError.isInstance(error) && error.hresult !== null) return `hresult${error.hresult.toString(16)}`;
  throw error;
}

/** What came of a call, by its return value. */
export function returnWord(returnValue: number): string {
  const { CompletedWithNoError, MethodParametersCheckedJobStarted } = ReturnValue;
  const isGood = returnValue === CompletedWithNoError || returnValue === MethodParametersCheckedJobStarted;
  return isGood ? accepted : `refuse${returnValue}`;
}
