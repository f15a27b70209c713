import { vi } from "vitest";
import { isReplacedNext, whatIsWrong } from "./judge";
import type { Act } from "./operations";
import { World, type WorldOptions } from "./world";

/** Goes through a history, and judges after each whole operation. @returns What is wrong; undefined when all is right. */
export async function walk(options: WorldOptions, acts: readonly Act[]): Promise<string | undefined> {
  // a killed process goes on renewing its lock here, and would keep its world in memory
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  try {
    return await walkThrough(new World(options), acts);
  } finally {
    vi.useRealTimers();
  }
}

async function walkThrough(world: World, acts: readonly Act[]): Promise<string | undefined> {
  let wasUndisturbed = true;
  const left = [...acts];
  for (let each = left.shift(); each !== undefined; each = left.shift()) {
    const before = { collections: new Set(world.collections()) };
    const own = world.idsOf(each.stack);
    const others = await world.recordsOfOthers(each.stack, own);
    const outcome = await world.run(each);
    const isRenaming = each.operation === "swap names";
    if (!isRenaming && (await world.recordsOfOthers(each.stack, own)) !== others)
      return "a record of the other stack changed";
    if (!outcome.isWhole) {
      wasUndisturbed = false;
      continue;
    }
    const judge = () => whatIsWrong(world, each, outcome, before, wasUndisturbed);
    const wrong = await judge();
    if (wrong) return wrong;
    if (outcome.error) wasUndisturbed = false;
    // what an error promises is tried at once
    if (isReplacedNext(world, outcome.error)) {
      left.unshift({ stack: each.stack, operation: "up" });
      world.hasFailingJobs = false;
    }
    // what the host still does may undo what the last run has reported
    if (left.length === 0) {
      await world.settle();
      const undone = await judge();
      if (undone) return undone;
    }
  }
  return undefined;
}
