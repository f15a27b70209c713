import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeAll, expect, test } from "vitest";
import { SimulatedHost } from "../../../provider/src/simulator/index";
import { temporaryFolder } from "../../support/temporary-folder";

const built = join(import.meta.dirname, "../../../provider/dist/simulator/index.js");
const children: ChildProcess[] = [];

beforeAll(() => {
  if (!existsSync(built)) throw new Error("these tests need the built package: npm run build");
});

afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

/** Starts a process that takes snapshots on the host in a store. */
function hammer(storeFile: string, count: number) {
  const child = spawn(process.execPath, [join(import.meta.dirname, "hammer-store.cjs"), storeFile, String(count)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  return {
    child,
    ended: once(child, "close") as Promise<[number | null]>,
    /** The snapshot collections that the host reported to it. */
    made: () => output.split("\n").slice(0, -1),
    begun: () => once(child.stdout, "data"),
  };
}

const onTheHost = (storeFile: string) =>
  SimulatedHost.open({ storeFile })
    .query("SELECT * FROM Msvm_SnapshotCollection")
    .map((found) => found.string("CollectionID"));

test("several processes on one store lose no snapshot and take none twice", async () => {
  const storeFile = join(temporaryFolder(), "host.jsonl");
  const processes = [hammer(storeFile, 20), hammer(storeFile, 20), hammer(storeFile, 20)];
  expect(await Promise.all(processes.map(async ({ ended }) => (await ended)[0]))).toEqual([0, 0, 0]);
  const made = processes.flatMap((process) => process.made());
  expect(new Set(made).size).toBe(60);
  expect(onTheHost(storeFile).sort()).toEqual(made.sort());
  expect(SimulatedHost.open({ storeFile }).methodCalls).toEqual({ CreateSnapshot: 60 });
}, 60_000);

test("a killed process blocks no other one, and at most one of its snapshots gets no response", async () => {
  const storeFile = join(temporaryFolder(), "host.jsonl");
  const [victim, other] = [hammer(storeFile, 100_000), hammer(storeFile, 20)];
  await Promise.all([victim.begun(), other.begun()]);
  victim.child.kill("SIGKILL");
  expect((await other.ended)[0]).toBe(0);
  await victim.ended;
  const reported = [...victim.made(), ...other.made()];
  const there = onTheHost(storeFile);
  expect(there).toEqual(expect.arrayContaining(reported));
  expect(there.length - reported.length).toBeLessThanOrEqual(1);
}, 60_000);

test.skipIf(process.platform === "win32")(
  "a stopped process blocks no other one, and continues when it is resumed",
  async () => {
    const storeFile = join(temporaryFolder(), "host.jsonl");
    const [stopped, other] = [hammer(storeFile, 20), hammer(storeFile, 20)];
    await stopped.begun();
    stopped.child.kill("SIGSTOP");
    expect((await other.ended)[0]).toBe(0);
    stopped.child.kill("SIGCONT");
    expect((await stopped.ended)[0]).toBe(0);
    expect(onTheHost(storeFile).sort()).toEqual([...stopped.made(), ...other.made()].sort());
  },
  60_000,
);
