import { executableOnPath } from "../executable-on-path";
import { askVersion, isAtLeast, oldestUsableVersion } from "../pulumi-version";
import type { Way } from "../search-context";

/** Takes the `pulumi` that is on the PATH, if it is new enough. */
export const fromPath: Way = {
  name: "the pulumi on the PATH",
  async go({ env, report, abortSignal }) {
    const command = executableOnPath("pulumi", env);
    if (command === undefined) return "there is none";
    const version = await askVersion(command, env, abortSignal);
    if (!isAtLeast(version, oldestUsableVersion)) {
      throw new Error(`${command} is version ${version}, older than ${oldestUsableVersion}`);
    }
    report(`Using the Pulumi CLI ${version} on the PATH: ${command}`);
    return { command, version, source: "PATH" };
  },
};
