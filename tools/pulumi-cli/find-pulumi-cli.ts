import { existsSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { Cache } from "./cache";
import { languageHostName, placeCompanions, readCompanions } from "./companions";
import { executableOnPath } from "./executable-on-path";
import { firstThatWorks } from "./first-that-works";
import { readPinnedModule } from "./pinned-module";
import type { PulumiCli } from "./pulumi-cli";
import type { Reporting } from "./reporting";
import { fromCache } from "./ways/from-cache";
import { fromGoBuild } from "./ways/from-go-build";
import { fromInstaller } from "./ways/from-installer";
import { fromPath } from "./ways/from-path";
import { fromVariable } from "./ways/from-variable";

/** How a CLI is looked for. */
export interface FindPulumiCliOptions extends Partial<Reporting> {
  /** The environment to look in and to run programs with; this process's own when absent. */
  readonly env?: NodeJS.ProcessEnv;
  /** Ends the search: a download or a build that is under way is ended and leaves nothing half-made. */
  readonly abortSignal?: AbortSignal;
}

/**
 * Finds a Pulumi CLI, or downloads or builds one: `PULUMI_CLI`, the PATH, our cache, Pulumi's installer, a build with
 * Go, in this order.
 *
 * The last two can take minutes, once: what they make is kept in the user's cache folder, and nothing is written
 * anywhere else.
 *
 * @throws NoPulumiCliError when there is no way to one, or `PULUMI_CLI` names something unusable; its message is all
 *   a person needs.
 * @throws the abort signal's reason, when aborted.
 */
export async function findPulumiCli(options: FindPulumiCliOptions = {}): Promise<PulumiCli> {
  const pinned = readPinnedModule();
  const cache = new Cache(pinned.version);
  const context = {
    report: options.report ?? (() => {}),
    progress: options.progress,
    env: options.env ?? process.env,
    abortSignal: options.abortSignal,
    pinned,
    cache,
    companions: readCompanions,
  };
  const ways = {
    look: [fromVariable, fromPath, fromCache],
    lookAgain: fromCache,
    make: [fromInstaller, fromGoBuild],
  };
  const cli = await firstThatWorks(ways, context);
  if (!hasLanguageHost(cli, context.env)) {
    await placeCompanions(cache.companionsFolder, await readCompanions());
    context.report(`It has no ${languageHostName} beside it; using ours in ${cache.companionsFolder}`);
  }
  return cli;
}

/** Some packages of Pulumi, and whoever builds it by hand, have the bare CLI, which runs no programs. */
function hasLanguageHost(cli: PulumiCli, env: NodeJS.ProcessEnv): boolean {
  const beside = [languageHostName, "pulumi-language-nodejs.exe"].map((name) =>
    join(dirname(realpathSync(cli.command)), name),
  );
  return beside.some((file) => existsSync(file)) || executableOnPath("pulumi-language-nodejs", env) !== undefined;
}
