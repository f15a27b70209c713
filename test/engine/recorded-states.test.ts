import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { version as current } from "../../provider/package.json";
import { PulumiProject, smallSeed } from "../support/pulumi-project";
import { isRecorded, recordedProgram, recordedVersions, recordState, restoreOnHost } from "../support/recorded-state";

const create = (version: string) =>
  PulumiProject.create({ program: { "index.js": recordedProgram(version) }, seed: { ...smallSeed, groups: [] } });

it("a state of this version is recorded", async () => {
  expect(recordedVersions).toContain(current);
  // CONTRIBUTING.md says when this is wanted
  if (process.env["RECORD_STATE"] === current) {
    const project = await create(current);
    expect(await project.up()).toMatchObject({ status: 0 });
    const exported = await project.run(["stack", "export"]);
    recordState(current, exported.output);
  }
  expect(isRecorded(current)).toBe(true);
});

describe("a recorded state", () => {
  it.each(recordedVersions)(
    "by version %s needs no change, is refreshed and destroyed",
    async (version) => {
      const project = await create(version);
      const state = await restoreOnHost(version, join(project.folder, "../host.jsonl"));
      project.write("state.json", state);
      const file = join(project.folder, "state.json");
      expect(await project.run(["stack", "import", "--file", file])).toMatchObject({ status: 0 });
      // the up comes first: only then does the state name the host's place on this machine
      for (const command of ["up", "refresh"]) {
        const result = await project.run([command, "--yes", "--skip-preview", "--expect-no-changes"]);
        expect(result.output, command).toContain("3 unchanged");
        expect(result.status, command).toBe(0);
      }
      expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
      expect(await project.destroy()).toMatchObject({ status: 0 });
      expect(project.host.tree().groups).toEqual([]);
      expect(project.host.query("SELECT * FROM Msvm_SnapshotCollection")).toEqual([]);
    },
    600_000,
  );
});
