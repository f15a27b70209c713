import { afterEach, describe, expect, it, vi } from "vitest";
import { locksFolder } from "../../../provider/src/recovery/location";
import { type Lock, Locks } from "../../../provider/src/recovery/lock";
import { type RecordFiles, recordFilesInMemory } from "../../../provider/src/recovery/record-files";
import { FakeClock } from "../../support/fake-clock";

const [here, elsewhere] = ["0123456789ab", "ba9876543210"];

/** Some processes over one folder, each with its own locks. */
class Processes {
  readonly files: RecordFiles = recordFilesInMemory();
  readonly clock = new FakeClock();
  readonly dead = new Set<string>();

  start(name: string, machine = here): Locks {
    return new Locks(this.files, this.clock, { machine, process: name, isAlive: (process) => !this.dead.has(process) });
  }

  take(locks: Locks, things: readonly string[] = ["group"], onWaiting: () => void = () => {}): Promise<Lock> {
    return this.clock.run(locks.take(things, onWaiting));
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
      .take(["group"], () => {
        isWaiting = true;
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

  it("serializes operations that share a machine, and no others", async () => {
    const at = new Processes();
    await at.take(at.start("1-1"), ["group-a", "web-01"]);
    let isTaken = false;
    void at
      .start("2-1")
      .take(["group-b", "WEB-01"], () => {})
      .then(() => {
        isTaken = true;
      });
    await at.take(at.start("3-1"), ["group-c", "db-01"]);
    await at.clock.run(at.clock.sleep(10_000));
    expect(isTaken).toBe(false);
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
    await expect(lost.confirm()).rejects.toThrow("another process has taken over the lock");
  });

  it.each([2, 5, 12])("is held by one of %i concurrent processes", async (count) => {
    const at = new Processes();
    let [holders, most, served] = [0, 0, 0];
    const work = async (name: string) => {
      const lock = await at.start(name).take(["group"], () => {});
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

  it("is held by one operation of a process at a time", async () => {
    const at = new Processes();
    const locks = at.start("1-1");
    const first = await at.take(locks, ["group-a", "web-01"]);
    let isTaken = false;
    const second = locks
      .take(["group-b", "WEB-01"], () => {})
      .then((lock) => {
        isTaken = true;
        return lock;
      });
    await at.clock.run(at.clock.sleep(10_000));
    expect(isTaken).toBe(false);
    await first.release();
    await (await at.clock.run(second)).release();
    expect(await at.files.list(locksFolder)).toEqual([]);
  });

  it("costs no reading of the tickets of other operations of the process, however many there are", async () => {
    const at = new Processes();
    const read = vi.spyOn(at.files, "read");
    const locks = at.start("1-1");
    await at.take(at.start("2-1"), ["other"]);
    const things = Array.from({ length: 50 }, (_, index) => [`group-${index}`]);
    await at.clock.run(Promise.all(things.map((one) => locks.take(one, () => {}))));
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
