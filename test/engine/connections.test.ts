import { join } from "node:path";
import { expect, it } from "vitest";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { snapshotProgram } from "../support/programs";
import { PulumiProject, smallSeed } from "../support/pulumi-project";

it("a stack uses two hosts: keys set with --path, a secret key, a changed connection, and an unknown connection", async () => {
  const onWest = snapshotProgram(`{ collection: "web-tier", connection: "west" }`);
  const project = await PulumiProject.create({ program: { "index.js": onWest } });
  const west = SimulatedHost.open({
    storeFile: join(project.folder, "west.jsonl"),
    seed: { ...smallSeed, hostName: "HV-WEST" },
  });
  const countsOnWest = () => west.tree().groups[0]?.machines.map(({ snapshots }) => snapshots.length);
  const set = (key: string, ...value: string[]) =>
    project.run(["config", "set", "--path", `hyperv-snapshots:connections.west.${key}`, ...value]);
  expect(await set("transport", "simulated")).toMatchObject({ status: 0 });
  expect(await set("simulatedHost", "west.jsonl", "--secret")).toMatchObject({ status: 0 });

  expect(await project.up()).toMatchObject({ status: 0 });
  expect(project.snapshotsInState()[0]?.outputs).toMatchObject({ hostName: "HV-WEST", connection: "west" });
  expect([countsOnWest(), project.snapshotCounts()]).toEqual([
    [1, 1],
    [0, 0],
  ]);

  project.write("index.js", snapshotProgram(`{ collection: "web-tier", connection: "wets" }`));
  const wrong = await project.up();
  expect(wrong.status).not.toBe(0);
  expect(wrong.output).toContain('there is no connection "wets". Did you mean "west"?');

  project.write("index.js", snapshotProgram(`{ collection: "web-tier" }`));
  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("1 replaced") });
  expect([countsOnWest(), project.snapshotCounts()]).toEqual([
    [0, 0],
    [1, 1],
  ]);
});
