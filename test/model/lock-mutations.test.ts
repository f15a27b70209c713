import { afterEach, describe, expect, it, vi } from "vitest";
import { Locks } from "../../provider/src/recovery/lock";
import { locksFolder, recordFilesInMemory } from "../../provider/src/recovery/record-files";
import { ResourceRecovery } from "../../provider/src/recovery/recovery";
import { FakeClock } from "../support/fake-clock";
import { inputsWithUrn, LifecycleInProcess } from "../support/lifecycle-in-process";
import { asLongAsItTakes } from "../support/lock-wait";
import { webTierSeed } from "../support/simulated-hosts";

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** Renews a lock that another machine has taken over meanwhile. @returns The tickets that are there afterwards. */
async function renewAfterTakeover(isMistaken: boolean): Promise<readonly string[]> {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
  const files = recordFilesInMemory();
  if (isMistaken) files.renew = files.mark;
  const clock = new FakeClock();
  const liveness = { machine: "0123456789ab", process: "1-1", isAlive: () => true };
  await clock.run(new Locks(files, clock, liveness).take(["group"], asLongAsItTakes));
  const [name] = await files.list(locksFolder);
  await files.remove(locksFolder, name!);
  await vi.advanceTimersByTimeAsync(15_000);
  return files.list(locksFolder);
}

/** Suspends a run right before it sends its request, until a run of another machine has taken over. @returns How often a snapshot was requested. */
async function requestsAfterSuspension(): Promise<number | undefined> {
  const first = new LifecycleInProcess({}, webTierSeed, undefined, {}, "aaaaaaaaaaaa");
  let resume: () => void = () => {};
  const suspended = new Promise<void>((resolve) => {
    resume = resolve;
  });
  const { confirmLock } = ResourceRecovery.prototype;
  const isFirst = vi.spyOn(ResourceRecovery.prototype, "confirmLock").mockImplementationOnce(async function (
    this: ResourceRecovery,
  ) {
    await suspended;
    return confirmLock.call(this);
  });
  const created = first.lifecycle.create(inputsWithUrn).catch(() => {});
  await first.run(first.clock.sleep(1000));
  expect(isFirst).toHaveBeenCalledTimes(1);
  const other = new LifecycleInProcess({}, webTierSeed, first, {}, "bbbbbbbbbbbb");
  other.state = [];
  await other.create(inputsWithUrn);
  resume();
  await other.run(created);
  return first.host.methodCalls["CreateSnapshot"];
}

describe("the model tests catch a mistake in the locks", () => {
  it("a renewal restores a lock that another machine has taken over", async () => {
    expect(await renewAfterTakeover(false)).toEqual([]);
    expect(await renewAfterTakeover(true)).toHaveLength(1);
  });

  it("the lock isn't checked right before CreateSnapshot", async () => {
    expect(await requestsAfterSuspension()).toBe(1);
    const { confirmLock } = ResourceRecovery.prototype;
    vi.restoreAllMocks();
    ResourceRecovery.prototype.confirmLock = async () => {};
    try {
      expect(await requestsAfterSuspension()).toBe(2);
    } finally {
      ResourceRecovery.prototype.confirmLock = confirmLock;
    }
  });
});
