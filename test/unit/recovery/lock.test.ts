import { afterEach, describe, expect, it, vi } from "vitest";
import type { GuardError } from "../../../provider/src/errors";
import { type Lock, Locks } from "../../../provider/src/recovery/lock";
import { locksFolder, type RecordFiles, recordFilesInMemory } from "../../../provider/src/recovery/record-files";
import { FakeClock } from "../../support/fake-clock";
import { asLongAsItTakes } from "../../support/lock-wait";

const [here, elsewhere] = ["0123456789ab", "ba9876543210"];

/** Some processes over one folder, each with its own locks. */
class Processes {
  readonly files: RecordFiles = recordFilesInMemory();
  readonly clock = new FakeClock();
  readonly dead = new Set<string>();

  start(name: string, machine = here): Locks {
    return new Locks(this.files, this.clock, { machine, process: name, isAlive: (process) => !this.dead.has(process) });
  }

  take(locks: Locks, things: readonly string[] = ["group"]): Promise<Lock> {
    return this.clock.run(locks.take(things, asLongAsItTakes));
  }

  /** Asks for a lock, and expects that it isn't handed out. @returns What goes on waiting for it. */
  async wait(locks: Locks, things: readonly string[] = ["group"]): Promise<{ readonly taken: Promise<Lock> }> {
    let isTaken = false;
    const taken = locks.take(things, asLongAsItTakes).finally(() => {
      isTaken = true;
    });
    await this.clock.run(this.clock.sleep(10_000));
    expect(isTaken).toBe(false);
    return { taken };
  }
}

afterEach(() => void vi.useRealTimers());

describe("a lock", () => {
  it("is held by one process at a time, then by the next", async () => {
    const at = new Processes();
    const [one, two] = [at.start("1-1"), at.start("2-1")];
    const first = await at.take(one);
    let [isWaiting, isTaken] = [false, false];
    const waiting = two
      .take(["group"], {
        ...asLongAsItTakes,
        onWaiting: () => {
          isWaiting = true;
        },
      })
      .finally(() => {
        isTaken = true;
      });
    await at.clock.run(at.clock.sleep(600_000));
    expect([isWaiting, isTaken]).toEqual([true, false]);
    await first.release();
    const second = await at.clock.run(waiting);
    await second.release();
    expect(await at.files.list(locksFolder)).toEqual([]);
  });

  it.each([
    ["1-1", here, "process 1 of this computer"],
    ["1-1", elsewhere, "a process of another computer"],
  ])(
    "of another process (%s of %s) is waited for as long as the operation may take, and its holder is named",
    async (name, machine, holder) => {
      const at = new Processes();
      const lock = await at.take(at.start(name, machine));
      const shown: string[] = [];
      const wait = { onWaiting: (who: string) => void shown.push(who), timeoutMs: 50_000 };
      const failed = at.clock.run(at.start("2-1").take(["group"], wait));
      const error = (await failed.catch((reason: unknown) => reason)) as GuardError;
      expect(error).toMatchObject({ code: "LOCKED", effect: "none" });
      expect(error.message).toContain(`Timed out after 50 s: another run (${holder}) still has the lock`);
      expect(shown).toEqual([holder]);
      await lock.release();
      expect(await at.files.list(locksFolder)).toEqual([]);
    },
  );

  it("of the same process is waited for without a limit: the operation that has it ends", async () => {
    const at = new Processes();
    const locks = at.start("1-1");
    const first = await at.take(locks);
    const second = locks.take(["group"], { ...asLongAsItTakes, timeoutMs: 1000 });
    await at.clock.run(at.clock.sleep(10_000));
    await first.release();
    await (await at.clock.run(second)).release();
  });

  it("serializes operations that share a machine, and no others", async () => {
    const at = new Processes();
    await at.take(at.start("1-1"), ["group-a", "web-01"]);
    await at.wait(at.start("2-1"), ["group-b", "WEB-01"]);
    await at.take(at.start("3-1"), ["group-c", "db-01"]);
  });

  it("of a dead process on this machine is released at once", async () => {
    const at = new Processes();
    await at.take(at.start("1-1"));
    at.dead.add("1-1");
    const before = at.clock.now();
    const lock = await at.take(at.start("2-1"));
    expect(at.clock.now()).toBe(before);
    await lock.confirm();
  });

  it("of another machine's process expires a minute after its last renewal, by the observer's clock", async () => {
    const at = new Processes();
    const lost = await at.take(at.start("1-1", elsewhere));
    const before = at.clock.now();
    const lock = await at.take(at.start("2-1"));
    expect(at.clock.now() - before).toBeGreaterThan(60_000);
    expect(at.clock.now() - before).toBeLessThan(62_000);
    await lock.confirm();
    await expect(lost.confirm()).rejects.toThrow("Another run has taken over the lock");
  });

  it.each([2, 5, 12])("is held by one of %i concurrent processes", async (count) => {
    const at = new Processes();
    let [holders, most, served] = [0, 0, 0];
    const work = async (name: string) => {
      const lock = await at.start(name).take(["group"], asLongAsItTakes);
      holders += 1;
      most = Math.max(most, holders);
      await at.clock.sleep(1000);
      holders -= 1;
      served += 1;
      await lock.release();
    };
    await at.clock.run(Promise.all(Array.from({ length: count }, (_, index) => work(`${index + 1}-1`))));
    expect([most, served]).toEqual([1, count]);
  });

  it.each([2, 4])("of a group, extended to machines, never blocks one of %i processes forever", async (count) => {
    const at = new Processes();
    const working = new Set<string>();
    let served = 0;
    const work = async (locks: Locks, group: number) => {
      const machines = [`vm-${group}`, `vm-${(group + 1) % 3}`];
      const lock = await locks.take([`group-${group}`], asLongAsItTakes);
      await lock.extend(machines, asLongAsItTakes);
      for (const thing of [`group-${group}`, ...machines]) {
        expect(working).not.toContain(thing);
        working.add(thing);
      }
      await at.clock.sleep(1000);
      await lock.confirm();
      for (const thing of [`group-${group}`, ...machines]) working.delete(thing);
      served += 1;
      await lock.release();
    };
    const all = Array.from({ length: count }, (_, process) => at.start(`${process + 1}-1`));
    await at.clock.run(Promise.all(all.flatMap((locks) => [0, 1, 2].map((group) => work(locks, group)))));
    expect(served).toBe(3 * count);
    expect(await at.files.list(locksFolder)).toEqual([]);
  });

  it("keeps a machine locked while its two tickets become one", async () => {
    const at = new Processes();
    const { files } = at;
    let goOn = (): void => {};
    const looked = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    // the extended lock writes its first ticket and removes the second while the other process looks at the tickets
    const slow: RecordFiles = Object.create(files, {
      renew: { value: (...call: Parameters<RecordFiles["renew"]>) => looked.then(() => files.renew(...call)) },
    });
    const owner = new Locks(slow, at.clock, { machine: here, process: "1-1", isAlive: () => true });
    const lock = await at.take(owner, ["group-a"]);
    const extended = lock.extend(["web-01"], asLongAsItTakes);
    while ((await files.list(locksFolder)).length < 2) await Promise.resolve();
    const looking: RecordFiles = Object.create(files, {
      read: {
        value: async (...call: Parameters<RecordFiles["read"]>) => {
          const text = await files.read(...call);
          goOn();
          await extended;
          return text;
        },
      },
    });
    const other = new Locks(looking, at.clock, { machine: here, process: "2-1", isAlive: () => true });
    await at.wait(other, ["web-01"]);
  });

  it("has one ticket after it was extended, which locks all", async () => {
    const at = new Processes();
    const lock = await at.take(at.start("1-1"), ["group-a"]);
    await at.clock.run(lock.extend(["web-01"], asLongAsItTakes));
    expect(await at.files.list(locksFolder)).toHaveLength(1);
    const { taken } = await at.wait(at.start("2-1"), ["web-01"]);
    await lock.release();
    await at.clock.run(taken);
  });

  it("leaves no ticket if one of several can't be written", async () => {
    const at = new Processes();
    const { mark } = at.files;
    let marks = 0;
    at.files.mark = async (...parameters) => {
      marks += 1;
      if (marks === 2) throw new Error("the disk is full");
      if (marks === 3) await at.clock.sleep(1000); // it is written after the second one has failed
      await mark(...parameters);
    };
    const locks = at.start("1-1");
    const ends = ["a", "b", "c"].map((group) => locks.take([group], asLongAsItTakes));
    const settled = await at.clock.run(Promise.allSettled(ends));
    expect(settled.filter(({ status }) => status === "rejected").length).toBeGreaterThan(0);
    for (const one of settled) if (one.status === "fulfilled") await one.value.release();
    await at.clock.run(at.clock.sleep(2000));
    expect(await at.files.list(locksFolder)).toEqual([]);
  });

  it("leaves no ticket if the others can't be listed", async () => {
    const at = new Processes();
    const { list } = at.files;
    let lists = 0;
    at.files.list = async (folder) => {
      lists += 1;
      if (lists === 2) throw new Error("too many open files");
      return list(folder);
    };
    await expect(at.take(at.start("1-1"))).rejects.toThrow("too many open files");
    expect(await list(locksFolder)).toEqual([]);
  });

  it("is released in its own process although its file can't be removed", async () => {
    const at = new Processes();
    const locks = at.start("1-1");
    const lock = await at.take(locks);
    at.files.remove = async () => {
      throw new Error("the file is open in another program");
    };
    await lock.release();
    const before = at.clock.now();
    await at.take(locks);
    expect(at.clock.now()).toBe(before);
  });

  it("that can't be read for a moment isn't taken for free", async () => {
    const at = new Processes();
    const lock = await at.take(at.start("1-1"));
    vi.spyOn(at.files, "read").mockRejectedValueOnce(new Error("too many open files"));
    const { taken } = await at.wait(at.start("2-1"));
    await lock.release();
    await at.clock.run(taken);
  });

  it("isn't extended by a ticket that another machine has taken over", async () => {
    const at = new Processes();
    const { files } = at;
    const lock = await at.take(at.start("1-1", elsewhere), ["group-a"]);
    const [first] = await files.list(locksFolder);
    const extended = lock.extend(["web-01"], asLongAsItTakes);
    while ((await files.list(locksFolder)).length < 2) await Promise.resolve();
    const [second] = (await files.list(locksFolder)).filter((name) => name !== first);
    await files.remove(locksFolder, second!);
    await expect(at.clock.run(extended)).rejects.toThrow("Another run has taken over the lock");
  });

  it("of a dead process fails no run that can't remove it", async () => {
    const at = new Processes();
    await at.take(at.start("1-1"));
    at.dead.add("1-1");
    at.files.remove = async () => {
      throw new Error("operation not permitted");
    };
    await at.start("2-1").sweep();
  });

  it("is held by one operation of a process at a time", async () => {
    const at = new Processes();
    const locks = at.start("1-1");
    const first = await at.take(locks, ["group-a", "web-01"]);
    const { taken } = await at.wait(locks, ["group-b", "WEB-01"]);
    await first.release();
    await (await at.clock.run(taken)).release();
    expect(await at.files.list(locksFolder)).toEqual([]);
  });

  it("costs no reading of the tickets of other operations of the process, however many there are", async () => {
    const at = new Processes();
    const read = vi.spyOn(at.files, "read");
    const locks = at.start("1-1");
    await at.take(at.start("2-1"), ["other"]);
    const things = Array.from({ length: 50 }, (_, index) => [`group-${index}`]);
    await at.clock.run(Promise.all(things.map((one) => locks.take(one, asLongAsItTakes))));
    // the ticket of the other process, once for each
    expect(read).toHaveBeenCalledTimes(50);
  });

  it("that was released or taken over isn't recreated by a renewal under way", async () => {
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    const at = new Processes();
    const { renew } = at.files;
    let release: () => void = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    // the renewal has begun, and the file is removed before it writes
    at.files.renew = async (...parameters) => {
      await released;
      return renew(...parameters);
    };
    const lock = await at.take(at.start("1-1"));
    vi.advanceTimersByTime(15_000);
    const [name] = await at.files.list(locksFolder);
    await at.files.remove(locksFolder, name!);
    release();
    await lock.release();
    expect(await at.files.list(locksFolder)).toEqual([]);
  });
});
