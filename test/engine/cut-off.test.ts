import { describe, expect, it } from "vitest";
import { snapshotProgram } from "../support/programs";
import { PulumiProject, smallSeed } from "../support/pulumi-project";

const startProject = () =>
  PulumiProject.create({
    program: { "index.js": snapshotProgram('{ collection: "web-tier" }') },
    seed: { ...smallSeed, jobs: { ...smallSeed.jobs, CreateSnapshot: { seconds: 3, progress: "linear" } } },
    configuration: { "hyperv-snapshots:dependents": "kept" },
  });

const sent = (project: PulumiProject) => project.host.methodCalls["CreateSnapshot"] ?? 0;

/** The one snapshot on the host is the one that the state names. */
function expectOneSnapshot(project: PulumiProject): void {
  expect(project.snapshotCounts()).toEqual([1, 1]);
  const [saved, ...others] = project.snapshotsInState();
  expect(others).toEqual([]);
  const [onHost] = project.host.query("SELECT * FROM Msvm_SnapshotCollection");
  expect(saved?.outputs["snapshotCollectionId"]).toBe(onHost?.path.key("CollectionID"));
}

describe("a CLI that is killed in the middle of the job", () => {
  it("is followed by an up that goes on with it, and sends nothing twice", async () => {
    const project = await startProject();
    await project.upKilledWhen(() => sent(project) === 1);
    expect(project.snapshotsInState()).toEqual([]);
    const again = await project.up();
    expect(again).toMatchObject({ status: 0, output: expect.stringContaining("Going on with the snapshot") });
    expect(sent(project)).toBe(1);
    expectOneSnapshot(project);
    expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("2 unchanged") });
    expect(await project.destroy()).toMatchObject({ status: 0 });
    expect(project.snapshotCounts()).toEqual([0, 0]);
  });

  it("during --replace, leaves the old one to a plain up, and nothing else", async () => {
    const project = await startProject();
    expect(await project.up()).toMatchObject({ status: 0 });
    const [first] = project.snapshotsInState();
    await project.upKilledWhen(() => sent(project) === 2, "--replace", first!.urn);
    expect(await project.up()).toMatchObject({ status: 0 });
    expectOneSnapshot(project);
    expect(project.snapshotsInState()[0]?.id).toBe(first!.id);
  });
});

it("--replace takes a new snapshot each time: what has arrived is never gone on with", async () => {
  const project = await startProject();
  expect(await project.up()).toMatchObject({ status: 0 });
  for (const count of [2, 3]) {
    const [before] = project.snapshotsInState();
    expect(await project.up("--replace", before!.urn)).toMatchObject({ status: 0 });
    expect(project.snapshotsInState()[0]?.id).not.toBe(before!.id);
    expect(sent(project)).toBe(count);
    expectOneSnapshot(project);
  }
});
