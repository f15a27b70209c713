import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { Cache } from "./cache";
import { pathName, pathOf } from "./executable-on-path";
import { readPinnedModule } from "./pinned-module";
import type { PulumiCli } from "./pulumi-cli";

/** Where a CLI keeps its things. */
export interface PulumiEnvironmentOptions {
  /** `PULUMI_HOME`: credentials, plugins, intents. */
  readonly home: string;
  /** `PULUMI_BACKEND_URL`, such as `file:///some/folder`. */
  readonly backend: string;
  /** `PULUMI_CONFIG_PASSPHRASE`; left as it is when absent. */
  readonly passphrase?: string;
  /** The environment to start from; this process's own when absent. */
  readonly base?: NodeJS.ProcessEnv;
}

/**
 * Makes the environment in which a CLI asks nothing, fetches nothing, and finds what belongs to it.
 *
 * The PATH begins with the CLI's folder. At its end come our language host, for a CLI that has none, and the folder
 * of the Node that runs now, for a PATH that has none: the engine starts `node` by that name.
 */
export function pulumiEnvironment(cli: PulumiCli, options: PulumiEnvironmentOptions): NodeJS.ProcessEnv {
  const base = options.base ?? process.env;
  const companions = new Cache(readPinnedModule().version).companionsFolder;
  const path = [
    // The real folder: the engine warns when a link to what is beside it comes first.
    dirname(realpathSync(cli.command)),
    pathOf(base),
    ...(existsSync(companions) ? [companions] : []),
    dirname(process.execPath),
  ];
  return {
    ...base,
    [pathName(base)]: path.filter((folder) => folder !== "").join(delimiter),
    PULUMI_HOME: options.home,
    PULUMI_BACKEND_URL: options.backend,
    ...(options.passphrase === undefined ? {} : { PULUMI_CONFIG_PASSPHRASE: options.passphrase }),
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_SKIP_CONFIRMATIONS: "true",
    PULUMI_SUPPRESS_NEO_LINK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    PULUMI_DISABLE_REGISTRY_RESOLVE: "true",
  };
}
