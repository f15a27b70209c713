import type { Finding } from "../../finding";
import type { ConnectionQuestion } from "../../probe-answer";
import { examineWorker } from "../worker-shell/examine-worker";
import { workerFindings } from "../worker-shell/findings";
import { workerQuestions } from "../worker-shell/questions";
import { type PowerShellTransportOptions, workerOptions } from "./options";

export { openPowerShellSession as open } from "./powershell-session";

/** What a probe asks of the connection itself. */
export const questions: readonly ConnectionQuestion<PowerShellTransportOptions>[] = workerQuestions.map(
  ({ ask, ...question }) => ({ ...question, ask: (options) => ask(workerOptions(options)) }),
);

/** Tries the connection step by step, for people who look for what is wrong with it. */
export async function* examine(options: PowerShellTransportOptions): AsyncGenerator<Finding> {
  const { host, namespace } = options;
  const place = { host, isShellOnHost: host === undefined, namespace };
  yield* workerFindings(await examineWorker(workerOptions(options)), place);
}
