import { CimInstancePath } from "../cim/cim-instance-path";
import type { MethodResult } from "../cim/cim-session";
import { MethodFailedError, ProtocolError } from "../errors";
import { ReturnValue } from "../schema/value-maps";
import { describeReturnCode, returnCode } from "./return-code";

/** The two good ends of a method that may start a job. */
export type MethodOutcome =
  | { readonly kind: "completed" }
  | { readonly kind: "jobStarted"; readonly jobPath: CimInstancePath };

/** The texts of a call's messages. */
export interface MethodCallText {
  readonly attempted: string;
  readonly target: string;
  /** The result after a proven refusal. */
  readonly refused: string;
  /** The remedy for this return value. */
  readonly remedy: (returnValue: number) => string;
}

/**
 * Reads what a method answered: 0 is done, 4096 is a job, anything else is a refusal.
 *
 * @throws {@link MethodFailedError} for every other number, with its documented name.
 * @throws {@link ProtocolError} when 4096 came without a reference to the job.
 */
export function methodOutcome(
  { returnValue, outParameters }: MethodResult,
  { attempted, target, refused, remedy }: MethodCallText,
): MethodOutcome {
  if (returnValue === ReturnValue.CompletedWithNoError) return { kind: "completed" };
  if (returnValue === ReturnValue.MethodParametersCheckedJobStarted) {
    const job = outParameters["Job"];
    if (job instanceof CimInstancePath) return { kind: "jobStarted", jobPath: job };
    throw new ProtocolError({
      attempted,
      target,
      answer: "the host returned 4096 (a job was started) without a reference to the job",
      outcome: "The job may be running",
      remedy: "Look on the host for what it makes before you try again",
    });
  }
  const { code, isProvenRefusal } = returnCode(returnValue);
  throw new MethodFailedError(
    {
      attempted,
      target,
      answer: `the host returned ${describeReturnCode(returnValue)}, at once and without a job`,
      outcome: isProvenRefusal ? refused : "The call may have taken effect",
      remedy: remedy(returnValue),
    },
    { code, effect: isProvenRefusal ? "none" : "unknown", returnValue },
  );
}
