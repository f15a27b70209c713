import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PulumiProject } from "../support/pulumi-project";
import { repositoryFolder } from "../support/repository";

const examples = join(repositoryFolder, "examples");
const textOf = (...path: string[]) => readFileSync(join(examples, ...path), "utf8");

it("simulated-host takes a snapshot of three machines", async () => {
  const project = await PulumiProject.create({
    program: {
      "index.ts": textOf("simulated-host", "index.ts"),
      "tsconfig.json": textOf("simulated-host", "tsconfig.json"),
    },
    seed: { ...JSON.parse(textOf("simulated-host", "seed.json")), jobs: {} },
  });
  expect(await project.up()).toMatchObject({ status: 0 });
  expect(project.stackOutputs()["machines"]).toEqual(["db-01", "web-01", "web-02"]);
  expect(project.snapshotCounts()).toEqual([1, 1, 1]);
  expect(await project.destroy()).toMatchObject({ status: 0 });
});

it("every example has its test here", () => {
  expect(readdirSync(examples)).toEqual(["simulated-host"]);
});
