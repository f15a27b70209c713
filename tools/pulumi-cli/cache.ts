import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import envPaths from "env-paths";
import { partialName, removeLeftovers } from "./partial";

const executable = process.platform === "win32" ? "pulumi.exe" : "pulumi";

/** The part of the user's cache folder that holds Pulumi CLIs. */
export class Cache {
  /** Everything of ours is in here. */
  readonly folder: string;
  /** The folder of the CLI of one version, for this system. */
  readonly cliFolder: string;

  constructor(version: string, folder = join(envPaths("pulumi-hyperv-snapshots", { suffix: "" }).cache, "pulumi-cli")) {
    this.folder = folder;
    this.cliFolder = join(folder, `v${version}-${process.platform}-${process.arch}`);
  }

  /** Whoever downloads or builds holds this file. */
  get claimFile(): string {
    return `${this.cliFolder}.claim`;
  }

  /** The CLI's executable. */
  get command(): string {
    return join(this.cliFolder, "bin", executable);
  }

  /** Holds our language host for a CLI elsewhere that has none. */
  get companionsFolder(): string {
    return join(this.folder, "companions");
  }

  /** Gives the environment in which our CLI is tried out: its log goes into the cache, not into `~/.pulumi`. */
  trialEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
    return { ...env, PULUMI_HOME: join(this.folder, "home") };
  }

  /**
   * Puts a CLI into the cache, all of it or nothing.
   *
   * @param make fills a new folder, so that its `bin` holds the CLI.
   * @throws what `make` throws; the cache is then as it was.
   */
  async fill(make: (folder: string, command: string) => Promise<void>): Promise<void> {
    await removeLeftovers(this.folder);
    const partial = partialName(this.cliFolder);
    await mkdir(join(partial, "bin"), { recursive: true });
    try {
      await make(partial, join(partial, "bin", executable));
      await this.#replaceBy(partial);
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  }

  async #replaceBy(partial: string): Promise<void> {
    const unusable = partialName(this.cliFolder);
    if (existsSync(this.cliFolder)) await rename(this.cliFolder, unusable);
    await rename(partial, this.cliFolder);
    await rm(unusable, { recursive: true, force: true });
  }
}
