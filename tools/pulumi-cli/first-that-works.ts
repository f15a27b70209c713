import { mkdir } from "node:fs/promises";
import { claim } from "./claim";
import { NoPulumiCliError } from "./no-pulumi-cli-error";
import { noneWorks } from "./none-works";
import type { PulumiCli } from "./pulumi-cli";
import { showAlive } from "./reporting";
import type { SearchContext, Way } from "./search-context";

/** The ways to a CLI, in the order in which they are tried. */
export interface Ways {
  /** Those that only look. */
  readonly look: readonly Way[];
  /** Looks whether another process has put one into the cache while this one waited for it. */
  readonly lookAgain: Way;
  /** Those that put one into the cache: one process at a time goes them. */
  readonly make: readonly Way[];
}

/**
 * Goes the ways until one leads to a CLI.
 *
 * @throws NoPulumiCliError when none does; it tells of each why, and every way out.
 */
export async function firstThatWorks(ways: Ways, context: SearchContext): Promise<PulumiCli> {
  const tried: string[] = [];
  const go = async (some: readonly Way[]) => {
    for (const way of some) {
      const outcome = await goOn(way, context);
      if (typeof outcome !== "string") return outcome;
      tried.push(`${way.name}: ${outcome}`);
    }
    return undefined;
  };

  const found = await go(ways.look);
  if (found !== undefined) return found;

  const giveUp = await claimCache(context).catch((error: Error) => {
    context.abortSignal?.throwIfAborted();
    throw new NoPulumiCliError(noneWorks([...tried, `our cache can't be used: ${error.message}`], context));
  });
  try {
    const foundNow = await goOn(ways.lookAgain, context);
    const cli = typeof foundNow === "string" ? await go(ways.make) : foundNow;
    if (cli !== undefined) return cli;
  } finally {
    await giveUp();
  }
  throw new NoPulumiCliError(noneWorks(tried, context));
}

/** Goes one way; a failure on it becomes the reason to go on, and is reported. */
async function goOn(way: Way, context: SearchContext): Promise<PulumiCli | string> {
  context.abortSignal?.throwIfAborted();
  try {
    return await way.go(context);
  } catch (error) {
    context.abortSignal?.throwIfAborted();
    if (error instanceof NoPulumiCliError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    context.report(`Going on without ${way.name}: ${reason}`);
    return reason;
  }
}

async function claimCache(context: SearchContext): Promise<() => Promise<void>> {
  const { cache, abortSignal, report } = context;
  await mkdir(cache.folder, { recursive: true });
  let waitingFor = "";
  const onWait = (owner: string) => {
    if (owner === waitingFor) return;
    waitingFor = owner;
    report(`Process ${owner.replace(/-.*@/, " on ")} is getting the Pulumi CLI already; waiting for it.`);
    report(`  (Should that be wrong: end that process, or remove ${cache.claimFile}.)`);
  };
  const claiming = claim(cache.claimFile, { abortSignal, onWait });
  return showAlive(context, (elapsed) => `Still waiting for it (${elapsed}) ...`, claiming);
}
