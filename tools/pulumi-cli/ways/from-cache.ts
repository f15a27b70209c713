import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { placeCompanions } from "../companions";
import { askVersion } from "../pulumi-version";
import type { Way } from "../search-context";

/** Takes the CLI that an earlier run downloaded or built, and brings the small files beside it up to date. */
export const fromCache: Way = {
  name: "our cache",
  async go({ cache, companions, env, report, abortSignal }) {
    const { command } = cache;
    if (!existsSync(command)) return `${command} is not there yet`;
    const version = await askVersion(command, cache.trialEnvironment(env), abortSignal);
    await placeCompanions(dirname(command), await companions());
    report(`Using the Pulumi CLI ${version} in our cache: ${command}`);
    return { command, version, source: "cache" };
  },
};
