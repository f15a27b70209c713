import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { ConnectionError, InvalidArgumentError, StorageError } from "../../../provider/src/errors";
import { SimulatedHost } from "../../../provider/src/simulator/index";
import { messageOf } from "../../support/message-of";
import { SteppedClock, takeByHand, unhinderedSeed } from "../../support/simulated-hosts";
import { temporaryFolder } from "../../support/temporary-folder";

let storeFile: string;
let clock: SteppedClock;

beforeEach(() => {
  storeFile = join(temporaryFolder(), "new", "host.jsonl");
  clock = new SteppedClock();
});

const open = (ownClock = clock) => SimulatedHost.open({ storeFile, seed: unhinderedSeed, clock: ownClock.read });

const createSnapshot = (host: SimulatedHost) => takeByHand(host).returnValue;

const snapshots = (host: SimulatedHost) => host.query("SELECT * FROM Msvm_SnapshotCollection").length;

describe("a store", () => {
  test("is created once from the seed, with its folder", () => {
    open();
    const first = readFileSync(storeFile, "utf8");
    expect(SimulatedHost.open({ storeFile, seed: { hostName: "OTHER" } }).hostName).toBe("HV-TEST");
    expect(readFileSync(storeFile, "utf8")).toBe(first);
  });

  test("isn't created from a seed that breaks its schema", () => {
    const seedFile = join(temporaryFolder(), "seed.json");
    writeFileSync(seedFile, '{ "machines": {} }');
    expect(() => SimulatedHost.open({ storeFile, seedFile })).toThrow(InvalidArgumentError);
    expect(existsSync(storeFile)).toBe(false);
  });

  test("shows each process the others' changes at its next request", () => {
    const [one, two] = [open(), open()];
    createSnapshot(one);
    clock.pass(10);
    expect([snapshots(two), snapshots(one)]).toEqual([1, 1]);
    expect(two.methodCalls).toEqual({ CreateSnapshot: 1 });
    two.setOption("membersBusy", "refuse32775");
    expect([createSnapshot(one), createSnapshot(two)]).toEqual([4096, 32775]);
    expect(one.tree()).toEqual(two.tree());
    expect(open().tree()).toEqual(two.tree());
  });

  test("runs a job while no process has the host open", () => {
    createSnapshot(open());
    clock.pass(3600);
    const later = open();
    expect(snapshots(later)).toBe(1);
    expect(later.tree().groups[0]?.machines[0]?.snapshots[0]?.createdAt).toBe("2026-11-23T06:42:10.000Z");
    expect(later.query("SELECT * FROM Msvm_ConcreteJob")).toEqual([]);
  });

  test("keeps its time if the clock is set back", () => {
    const host = open();
    createSnapshot(host);
    clock.pass(5);
    const percent = () => host.query("SELECT * FROM Msvm_ConcreteJob")[0]?.number("PercentComplete");
    expect(percent()).toBe(50);
    clock.pass(-3600);
    expect(percent()).toBe(50);
    createSnapshot(host);
    expect(host.query("SELECT * FROM Msvm_ConcreteJob")).toHaveLength(2);
    clock.pass(3700);
    expect(snapshots(host)).toBe(2);
    expect(open().tree()).toEqual(host.tree());
  });

  test("stays consistent if a process with a slow clock writes after one with a fast clock", () => {
    const ahead = new SteppedClock();
    const [early, late] = [open(), open(ahead)];
    createSnapshot(early);
    ahead.pass(15);
    expect(snapshots(late)).toBe(1);
    // on the lagging clock the job still runs, so that it can be ended
    const [job] = early.query("SELECT * FROM Msvm_ConcreteJob");
    if (job === undefined) throw new Error("there is no job");
    expect(early.invokeMethod(job.path, "RequestStateChange", { RequestedState: 4 }).returnValue).toBe(0);
    expect(snapshots(late)).toBe(0);
    clock.pass(15);
    expect(late.tree()).toEqual(early.tree());
  });
});

describe("a record that a kill interrupted", () => {
  const lastRecordStart = () => readFileSync(storeFile).lastIndexOf("\u001e");

  test.each([1, 20, 200])("is ignored if only %i bytes of it were written, and later records are read", (length) => {
    const host = open();
    createSnapshot(host);
    const whole = readFileSync(storeFile);
    createSnapshot(host);
    truncateSync(storeFile, lastRecordStart() + length);
    expect(readFileSync(storeFile).length).toBe(whole.length + length);

    const survivor = open();
    expect(survivor.methodCalls).toEqual({ CreateSnapshot: 1 });
    createSnapshot(survivor);
    createSnapshot(survivor);
    clock.pass(10);
    expect(snapshots(survivor)).toBe(3);
    expect(open().tree()).toEqual(survivor.tree());
  });

  test("is ignored even if it is the first, and the host is created again", () => {
    open();
    truncateSync(storeFile, 30);
    expect(open().hostName).toBe("HV-TEST");
    expect(open().hostName).toBe("HV-TEST");
  });

  test("treats an empty file as a host that doesn't exist yet", () => {
    open();
    truncateSync(storeFile, 0);
    expect(open().tree().groups).toHaveLength(1);
  });
});

describe("a record that came too late", () => {
  test("is ignored", () => {
    const host = open();
    createSnapshot(host);
    const second = readFileSync(storeFile, "utf8").split("\n")[1];
    appendFileSync(storeFile, `${second}\n`);
    expect(host.methodCalls).toEqual({ CreateSnapshot: 1 });
    expect(open().methodCalls).toEqual({ CreateSnapshot: 1 });
  });
});

describe("a damaged store", () => {
  const refused = (damage: (lines: string[]) => readonly string[]) => {
    const host = open();
    createSnapshot(host);
    createSnapshot(host);
    const damaged = damage(readFileSync(storeFile, "utf8").split("\n")).join("\n");
    writeFileSync(storeFile, damaged);
    const message = messageOf(() => open());
    expect(() => open()).toThrow(InvalidArgumentError);
    expect(readFileSync(storeFile, "utf8")).toBe(damaged);
    return message;
  };
  const cutInTheMiddle = (line: string | undefined) => `${line?.slice(0, 60)}`;

  test.each<[string, (lines: string[]) => readonly string[], number]>([
    [
      "a line in the middle is cut short",
      ([header, first, second, end]) => [`${header}`, cutInTheMiddle(first), `${second}`, `${end}`],
      2,
    ],
    ["a line is missing", ([header, , second, end]) => [`${header}`, `${second}`, `${end}`], 2],
    [
      "the last line is scribbled over",
      ([header, first, second, end]) => [
        `${header}`,
        `${first}`,
        `${second?.replace("changes", 'cha"nges')}`,
        `${end}`,
      ],
      3,
    ],
    [
      "a record has another form",
      ([header, first, second, end]) => [
        `${header}`,
        `${first?.replace('"kind":"method"', '"kind":"magic"')}`,
        `${second}`,
        `${end}`,
      ],
      2,
    ],
    ["something else stands in front", (lines) => ["hello", ...lines], 1],
    ["something else follows", (lines) => [...lines.slice(0, -1), "hello", ""], 4],
  ])("is refused and not changed when %s", (_, damage, line) => {
    const message = refused(damage);
    expect(message).toContain(
      `Reading the simulated host's store on ${storeFile}, line ${line} failed: the store is damaged: `,
    );
    expect(message).toContain("The file was left as it is");
    expect(message).toContain("Restore the file from a copy, or delete it");
  });

  test("is refused at every request, also by a process that had it open before", () => {
    const host = open();
    createSnapshot(host);
    appendFileSync(storeFile, "hello\n");
    for (const ask of [() => host.tree(), () => createSnapshot(host), () => host.tree()]) {
      expect(ask).toThrow(InvalidArgumentError);
      expect(messageOf(ask)).toContain("line 3 failed: the store is damaged");
    }
  });

  test("refuses a file that isn't a store", () => {
    open();
    writeFileSync(storeFile, '{"some":"thing"}\n');
    expect(messageOf(() => open())).toContain(
      "line 1 failed: the store is damaged: it isn't a record of a simulated host",
    );
  });

  test("refuses a store of a newer version", () => {
    open();
    writeFileSync(storeFile, readFileSync(storeFile, "utf8").replace('"version":1', '"version":2'));
    expect(messageOf(() => open())).toContain(
      "it has version 2, and this package reads up to 1. The file was left as it is.",
    );
  });

  test("refuses a folder at its path", () => {
    mkdirSync(storeFile, { recursive: true });
    expect(() => open()).toThrow(StorageError);
    expect(messageOf(() => open())).toContain("Give the path of a store that can be read");
  });

  test("refuses a path that can't be created", () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "");
    expect(() => SimulatedHost.open({ storeFile: join(file, "host.jsonl") })).toThrow(StorageError);
  });
});

test.skipIf(process.platform !== "linux")("a full disk is reported, with the unknown outcome", () => {
  const opening = () => SimulatedHost.open({ storeFile: "/dev/full" });
  expect(opening).toThrow(ConnectionError);
  expect(messageOf(opening)).toContain("ENOSPC");
  expect(messageOf(opening)).toContain("Whether the request took effect is unknown");
});

describe("a store that is deleted while it is open", () => {
  test("is reported, and a new one at its path is opened", () => {
    const host = open();
    createSnapshot(host);
    rmSync(storeFile);
    expect(messageOf(() => host.tree())).toContain("the file was deleted");
    open();
    expect(host.methodCalls).toEqual({});
    expect(createSnapshot(host)).toBe(4096);
    expect(open().methodCalls).toEqual({ CreateSnapshot: 1 });
  });

  test("is noticed if a larger store replaced it", () => {
    const host = open();
    clock.pass(1);
    rmSync(storeFile);
    const other = open();
    for (let taken = 0; taken < 5; taken += 1) createSnapshot(other);
    expect(host.methodCalls).toEqual({ CreateSnapshot: 5 });
    expect(host.tree()).toEqual(other.tree());
  });
});
