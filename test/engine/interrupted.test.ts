import { expect, it } from "vitest";
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
