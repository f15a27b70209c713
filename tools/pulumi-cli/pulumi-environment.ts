import { existsSync, realpathSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import { pathName, pathOf } from "./executable-on-path";
import { companionsFolder, type PulumiCli } from "./find-pulumi-cli";
import { builtCommand, yamlHostProgram } from "./go-build";

/** Where a CLI keeps its things. */
interface PulumiEnvironmentOptions {
  /** `PULUMI_HOME`: credentials, plugins, recovery records. */
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
 * The PATH begins with the CLI's folder. It ends with our language hosts, for a CLI that has none, and with the folder of the Node
 * that runs now, for a PATH that has none: the engine starts `node` by that name.
 */
export function pulumiEnvironment(cli: PulumiCli, options: PulumiEnvironmentOptions): NodeJS.ProcessEnv {
  const base = options.base ?? process.env;
  const languageHosts = [companionsFolder(), dirname(builtCommand(yamlHostProgram()))];
  const path = [
    // the real folder: the engine warns when a link to it comes first
    dirname(realpathSync(cli.command)),
    pathOf(base),
    ...languageHosts.filter((folder) => existsSync(folder)),
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
