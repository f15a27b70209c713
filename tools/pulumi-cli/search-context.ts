import type { Cache } from "./cache";
import type { Companion } from "./companions";
import type { PinnedModule } from "./pinned-module";
import type { PulumiCli } from "./pulumi-cli";
import type { Reporting } from "./reporting";

/** What every way to a CLI is given. */
export interface SearchContext extends Reporting {
  readonly env: NodeJS.ProcessEnv;
  readonly abortSignal: AbortSignal | undefined;
  readonly pinned: PinnedModule;
  readonly cache: Cache;
  /** Reads what belongs beside the CLI. */
  readonly companions: () => Promise<readonly Companion[]>;
}

/** A way to a CLI that can lead nowhere. */
export interface Way {
  /** What it is called in messages. */
  readonly name: string;
  /**
   * Goes the way: resolves with the CLI, or with the reason why there is none to be had on it.
   *
   * @throws Error when there is one and it fails; the search says so and goes on.
   * @throws NoPulumiCliError when the search must not go on.
   */
  readonly go: (context: SearchContext) => Promise<PulumiCli | string>;
}
