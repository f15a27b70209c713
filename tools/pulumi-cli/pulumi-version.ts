import { runChild } from "./run-child";

/**
 * The oldest Pulumi CLI that works: since this version, `pulumi import --file` takes a resource's outputs from the file, the only
 * import that works for a dynamic resource.
 */
export const oldestUsableVersion = "3.254.0";

const answerTimeoutMs = 30_000;

/**
 * Tells whether `version` is `oldest` or newer. Only the three numbers count: an `-alpha` build of a version has what that version has.
 */
export function isAtLeast(version: string, oldest: string): boolean {
  const [have, want] = [numbersOf(version), numbersOf(oldest)];
  const different = have.findIndex((number, index) => number !== want[index]);
  return different === -1 || have[different]! > want[different]!;
}

/**
 * Asks an executable for its version, which shows that it is a Pulumi CLI and runs here.
 *
 * @throws Error when it does not start, does not end in time, or doesn't answer with a version.
 */
export async function askVersion(
  command: string,
  env: NodeJS.ProcessEnv,
  abortSignal: AbortSignal | undefined,
): Promise<string> {
  const answer = await runChild(command, ["version"], {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    abortSignal,
    timeoutMs: answerTimeoutMs,
  });
  if (answer.failure !== undefined) {
    throw new Error([`\`${command} version\` ${answer.failure}`, answer.lastWords].filter(Boolean).join(": "));
  }
  const version = /^v?(\d+\.\d+\.\d+\S*)$/m.exec(answer.stdout)?.[1];
  if (version === undefined)
    throw new Error(`\`${command} version\` answered "${answer.stdout.trim()}", which isn't a version`);
  return version;
}

function numbersOf(version: string): number[] {
  const [major, minor, patch] = version.split(/[.+-]/, 3).map(Number);
  return [major || 0, minor || 0, patch || 0];
}
