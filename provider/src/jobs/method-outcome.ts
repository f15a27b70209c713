import { CimInstancePath } from "../cim/cim-instance-path";
import type { MethodResult } from "../cim/cim-session";
import { MethodFailedError, ProtocolError } from "../errors";
import { ReturnValue } from "../schema/value-maps";
import { describeReturnCode, returnCode } from "./return-code";

/** The two good ends of a method that may start a job. */
export type MethodOutcome =
  | { readonly kind: "completed" }
  | { readonly kind: "jobStarted"; readonly jobPath: CimInstancePath };

/**
 * Reads what a method answered: 0 is done, 4096 is a job, anything else is a refusal.
 *
 * @param call - What was called and on what, and what is true of it when it was refused: for the message.
 * @throws {@link MethodFailedError} for every other number, with its documented name.
 * @throws {@link ProtocolError} when 4096 came without a reference to the job.
 */
export function methodOutcome(
  { returnValue, outParameters }: MethodResult,
  call: { readonly attempted: string; readonly target: string; readonly refused: string },
): MethodOutcome {
  if (returnValue === ReturnValue.CompletedWithNoError) return { kind: "completed" };
  if (returnValue === ReturnValue.MethodParametersCheckedJobStarted) {
    const job = outParameters["Job"];
    if (job instanceof CimInstancePath) return { kind: "jobStarted", jobPath: job };
    throw new ProtocolError({
      ...call,
      answer: "the host returned 4096 (a job was started) without saying which",
      outcome: "The job may be running",
      remedy: "Look on the host for what it makes before you try again",
    });
  }
  const { code, remedy } = returnCode(returnValue);
  throw new MethodFailedError(
    {
      ...call,
      answer: `the host returned ${describeReturnCode(returnValue)}, at once and without a job`,
      outcome: call.refused,
      remedy,
    },
    { code, returnValue },
  );
}
