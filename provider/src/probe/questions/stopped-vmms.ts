import type { CimSession } from "../../cim/cim-session";
import { CimError, VisibilityError } from "../../errors";
import { NoAnswer } from "../../probe-answer";
import { ClassName } from "../../schema/names";
import { refusalWord } from "../outcome-word";
import type { ProbeQuestion } from "../probe-question";

/** What a host answers whose VMMS is stopped. The probe never stops it: a person does, and asks only this then. */
export const questionsOfStoppedVmms: readonly ProbeQuestion[] = [
  {
    id: "stoppedVmms",
    question: "What does a query find while VMMS is stopped?",
    asked: "With `--vmms-stopped`, queries Msvm_ComputerSystem on a host whose VMMS you have stopped.",
    option: "stoppedVmms",
    changesHost: false,
    ask: async () => {
      throw new NoAnswer("it is asked only with --vmms-stopped");
    },
  },
];

/** Asks a host whose VMMS is stopped. @throws {@link NoAnswer} when it answers as if VMMS ran. */
export async function askStoppedVmms(session: CimSession): Promise<string> {
  try {
    const machines = await session.query(`SELECT * FROM ${ClassName.computerSystem}`);
    if (machines.length === 0) return "empty";
  } catch (error) {
    return stoppedWord(error);
  }
  throw new NoAnswer("the host shows machines: VMMS runs");
}

const words: Readonly<Record<number, string>> = {
  2147749889: "failed",
  2147749890: "notFound",
  2147749907: "providerNotLoaded",
};

/** Names the number with which a request failed. @throws The error itself where it has none. */
export function stoppedWord(error: unknown): string {
  // a session explains such a failure by the service's state; the host's own answer is the cause
  const answer = VisibilityError.isInstance(error) && error.cause !== undefined ? error.cause : error;
  const hresult = CimError.isInstance(answer) ? answer.hresult : null;
  return (hresult !== null && words[hresult]) || refusalWord(answer);
}
