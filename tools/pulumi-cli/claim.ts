import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as pauseFor } from "node:timers/promises";
import { partialName } from "./partial";
import { isGone, ownIdentity } from "./process-identity";

/** How a claim is waited for. */
export interface ClaimOptions {
  /** Called with the owner's identity each time the claim is found to be another's. */
  readonly onWait: (owner: string) => void;
  readonly abortSignal?: AbortSignal | undefined;
  /** Waits between two looks; tests give one that takes no time. */
  readonly pause?: (milliseconds: number) => Promise<unknown>;
}

const lookEveryMs = 500;

/**
 * Claims a file, so that of several processes only one does the work that the file stands for.
 *
 * A claim whose owner is gone is taken over at once; a living owner, even a stopped one, is waited for. It saves work
 * and no more: should two processes take over the same claim in the same instant, both work, and the renames at
 * the end keep that harmless.
 *
 * @returns the function that gives the claim up.
 * @throws the abort signal's reason, when aborted while waiting.
 */
export async function claim(file: string, options: ClaimOptions): Promise<() => Promise<void>> {
  const pause = options.pause ?? ((milliseconds) => pauseFor(milliseconds, undefined, { signal: options.abortSignal }));
  const own = ownIdentity();
  const draft = partialName(file);
  await writeFile(draft, own);
  try {
    // Linking makes the file appear with its content, and fails when it is there: no moment shows an empty claim.
    while (!(await succeeds(link(draft, file), "EEXIST"))) {
      options.abortSignal?.throwIfAborted();
      const owner = await ownerOf(file);
      if (owner === undefined) continue;
      if (isGone(owner)) {
        await takeAway(file, owner);
      } else {
        options.onWait(owner);
        await pause(lookEveryMs);
      }
    }
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await ownerOf(file)) === own) await rm(file, { force: true });
  };
}

/** Removes the claim of an owner that is gone, unless another process has done so and claimed it meanwhile. */
async function takeAway(file: string, gone: string): Promise<void> {
  const away = partialName(file);
  if (!(await succeeds(rename(file, away), "ENOENT"))) return;
  if ((await ownerOf(away)) !== gone) await succeeds(link(away, file), "EEXIST");
  await rm(away, { force: true });
}

async function ownerOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Tells whether the work succeeded, or failed with the one error code that is no surprise. */
async function succeeds(work: Promise<unknown>, expected: string): Promise<boolean> {
  try {
    await work;
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === expected) return false;
    throw error;
  }
}
