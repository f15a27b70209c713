import { Session } from "node:inspector/promises";
import { expect, it } from "vitest";
import { inputsWithUrn, LifecycleInProcess } from "../support/lifecycle-in-process";
import { webTierSeed } from "../support/simulated-hosts";

const core = /\/provider\/src\/((?:snapshot|group|recovery|process)\/[\w-]+)\.ts/;

/** Lists the files of the core of which a function runs during a call. */
async function filesOf(call: () => Promise<unknown>): Promise<readonly string[]> {
  const session = new Session();
  session.connect();
  try {
    await session.post("Profiler.enable");
    await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: false });
    await call();
    const { result } = await session.post("Profiler.takePreciseCoverage");
    const run = result.filter(({ functions }) => functions.some(({ ranges }) => (ranges[0]?.count ?? 0) > 0));
    return [...new Set(run.flatMap(({ url }) => core.exec(url)?.[1] ?? []))].sort();
  } finally {
    session.disconnect();
  }
}

/** Says which files a call passes, if they are more than a person can follow. */
function expectAtMost(count: number, files: readonly string[]): void {
  expect(files.length <= count ? [] : files).toEqual([]);
  expect(files).toContain("snapshot/collection-snapshot");
}

it("a create passes at most 12 files of the core, and a delete 13", async () => {
  const at = new LifecycleInProcess();
  let made: Awaited<ReturnType<typeof at.create>> | undefined;
  expectAtMost(
    12,
    await filesOf(async () => {
      made = await at.create({ ...inputsWithUrn, snapshotName: "before" });
    }),
  );
  expectAtMost(13, await filesOf(async () => made && at.run(at.lifecycle.delete(made.id, made.outs))));
});

it("a create that resumes an interrupted one passes at most 14 files of the core", async () => {
  const killed = new LifecycleInProcess();
  killed.lifecycle.create(inputsWithUrn).catch(() => {});
  await killed.run(killed.clock.sleep(2000));
  killed.kill();
  const next = new LifecycleInProcess({}, webTierSeed, killed);
  next.state = [];
  expectAtMost(14, await filesOf(() => next.create(inputsWithUrn)));
  expect(next.host.methodCalls).toEqual({ CreateSnapshot: 1 });
});
