import { describe, expect, it } from "vitest";
import { type Claim, Claims } from "../../../provider/src/recovery/lock";
import { intentFilesInMemory } from "../../../provider/src/recovery/record-files";
import { FakeClock } from "../../support/fake-clock";

const folder = "0123456789abcdef0123456789abcdef";

/** Some processes over one folder, each with its own claims. */
class Processes {
  readonly files = intentFilesInMemory();
  readonly clock = new FakeClock();
  readonly dead = new Set<string>();

  start(name: string, machine = "here"): Claims {
    return new Claims(this.files, this.clock, {
      machine,
      show: async () => name,
      isAlive: async (process) => !this.dead.has(process),
    });
  }

  take(claims: Claims, onWaiting: () => void = () => {}): Promise<Claim> {
    return this.clock.run(claims.take(folder, onWaiting));
  }
}

describe("a claim", () => {
  it("is had by one process at a time, and handed on", async () => {
    const at = new Processes();
    const [one, two] = [at.start("a1"), at.start("a2")];
    const first = await at.take(one);
    let isWaiting = false;
    let isTaken = false;
    const waiting = two
      .take(folder, () => {
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
    expect(await at.files.list(folder)).toEqual([]);
  });

  it("of a dead process on this machine is nobody's, at once", async () => {
    const at = new Processes();
    await at.take(at.start("a1"));
    at.dead.add("a1");
    const before = at.clock.now();
    const claim = await at.take(at.start("a2"));
    expect(at.clock.now()).toBe(before);
    await claim.confirm();
  });

  it("of another machine's process ends a minute after it was renewed last, by the observer's own clock", async () => {
    const at = new Processes();
    const lost = await at.take(at.start("a1", "elsewhere"));
    const before = at.clock.now();
    const claim = await at.take(at.start("b1"));
    expect(at.clock.now() - before).toBeGreaterThan(60_000);
    expect(at.clock.now() - before).toBeLessThan(62_000);
    await claim.confirm();
    await expect(lost.confirm()).rejects.toThrow("another process has taken it over");
  });

  it.each([2, 5, 12])("is had by one of %i that ask at once", async (count) => {
    const at = new Processes();
    let [holders, most, served] = [0, 0, 0];
    const work = async (name: string) => {
      const claim = await at.start(name).take(folder, () => {});
      holders += 1;
      most = Math.max(most, holders);
      await at.clock.sleep(1000);
      holders -= 1;
      served += 1;
      await claim.release();
    };
    await at.clock.run(Promise.all(Array.from({ length: count }, (_, index) => work(`a${index.toString(16)}`))));
    expect([most, served]).toEqual([1, count]);
  });
});
