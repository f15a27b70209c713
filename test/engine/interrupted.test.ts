import { expect, it, vi } from "vitest";
import { commandLine, processesIn } from "../support/processes";
import { snapshotProgram } from "../support/programs";
import { PulumiProject, smallSeed } from "../support/pulumi-project";

const sent = (project: PulumiProject) => project.host.methodCalls["CreateSnapshot"] ?? 0;

/** The one snapshot on the host is the one that the state names, and the host was asked for so many in all. */
function expectOneSnapshot(project: PulumiProject, requests: number): string | undefined {
  expect(project.snapshotCounts()).toEqual([1, 1]);
  const [saved, ...others] = project.snapshotsInState();
  expect(others).toEqual([]);
  const [onHost] = project.host.query("SELECT * FROM Msvm_SnapshotCollection");
  expect(saved?.outputs["snapshotCollectionId"]).toBe(onHost?.path.key("CollectionID"));
  expect(sent(project)).toBe(requests);
  return saved?.id;
}

it("the CLI is killed during the job: the next up resumes, and each requested replacement takes a new snapshot", async () => {
  const project = await PulumiProject.create({
    program: { "index.js": snapshotProgram('{ collection: "web-tier" }') },
    seed: { ...smallSeed, jobs: { ...smallSeed.jobs, CreateSnapshot: { seconds: 3, progress: "linear" } } },
    configuration: { "hyperv-snapshots:dependents": "kept" },
  });
  await project.upKilledWhen(() => sent(project) === 1);
  expect(project.snapshotsInState()).toEqual([]);
  expect(await project.up()).toMatchObject({ status: 0 });
  const first = expectOneSnapshot(project, 1);
  const { urn } = project.snapshotsInState()[0]!;

  await project.upKilledWhen(() => sent(project) === 2, "--replace", urn);
  expect(await project.up()).toMatchObject({ status: 0 });
  expect(expectOneSnapshot(project, 2)).toBe(first);

  for (const requests of [3, 4]) {
    const before = project.snapshotsInState()[0]?.id;
    const replaced = await project.up("--replace", urn);
    expect(replaced).toMatchObject({ status: 0, output: expect.stringContaining("1 replaced") });
    expect(expectOneSnapshot(project, requests)).not.toBe(before);
  }
});

it.skipIf(process.platform !== "linux")(
  "the CLI is killed before its first call: the provider process stays, and the next up doesn't need it to end",
  async () => {
    const project = await PulumiProject.create({
      program: { "index.js": snapshotProgram('{ collection: "web-tier" }') },
    });
    const ofProvider = (pid: number) => commandLine(pid).includes("dynamic-provider/");
    await project.runInGroup(["up", "--yes", "--skip-preview"], async (cli) => {
      const findProvider = () => processesIn(project.folder).find(ofProvider);
      const provider = await vi.waitUntil(findProvider, { timeout: 60_000, interval: 5 });
      process.kill(cli, "SIGKILL");
      await project.unlock();
      expect(await project.up()).toMatchObject({ status: 0 });
      expectOneSnapshot(project, 1);
      // if this fails, a newer Pulumi has fixed it: docs/troubleshooting.md says that it stays
      expect(processesIn(project.folder)).toContain(provider);
      for (const pid of processesIn(project.folder)) process.kill(pid, "SIGKILL");
    });
  },
);
