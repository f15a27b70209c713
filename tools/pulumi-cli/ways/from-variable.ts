import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { NoPulumiCliError } from "../no-pulumi-cli-error";
import { askVersion, isAtLeast, oldestUsableVersion } from "../pulumi-version";
import type { Way } from "../search-context";

/**
 * Takes the executable that the `PULUMI_CLI` variable names. Whoever set it wants that one: when it can't be used, the
 * search ends instead of going on to another.
 */
export const fromVariable: Way = {
  name: "the PULUMI_CLI variable",
  async go({ env, report, abortSignal }) {
    const value = env["PULUMI_CLI"];
    if (value === undefined || value === "") return "not set";
    const command = resolve(value);
    if (!existsSync(command)) throw refusal(value, "there is no such file");
    const version = await askVersion(command, env, abortSignal).catch((error: Error) => {
      abortSignal?.throwIfAborted();
      throw refusal(value, error.message);
    });
    if (!isAtLeast(version, oldestUsableVersion)) {
      throw refusal(value, `it is version ${version}, and ${oldestUsableVersion} or newer is needed`);
    }
    report(`Using the Pulumi CLI ${version} that PULUMI_CLI names: ${command}`);
    return { command, version, source: "PULUMI_CLI" };
  },
};

function refusal(value: string, reason: string): NoPulumiCliError {
  return new NoPulumiCliError(
    `PULUMI_CLI is set to "${value}", but that can't be used: ${reason}.\n` +
      "Set it to the path of a pulumi executable, or unset it to have one looked for.",
  );
}
