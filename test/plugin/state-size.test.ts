import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeProject } from "../support/plugin-project";
import type { PulumiProject } from "../support/pulumi-project";
import { repositoryFolder } from "../support/repository";
import { groupsOfOne } from "../support/simulated-hosts";
import { installTypeScriptSdk } from "../support/typescript-sdk";

const install = installTypeScriptSdk();
const count = 3;
const plugin = `const { CollectionSnapshot } = require("pulumi-hyperv-snapshots-sdk");
for (let at = 1; at <= ${count}; at += 1) new CollectionSnapshot(\`snapshot-\${at}\`, { collection: \`group-\${at}\` });
`;
const usual = readFileSync(join(repositoryFolder, "bench/peers/usual.js"), "utf8");

/** The state of a stack with three resources, made by a Node program. */
async function stateOf(program: string, completion: "job" | "atOnce"): Promise<PulumiProject> {
  const project = await nodeProject(program, {
    seed: groupsOfOne(["1", "2", "3"], { options: { completion } }),
    install,
    environment: async () => ({ COUNT: String(count) }),
  });
  expect(await project.up()).toMatchObject({ status: 0 });
  return project;
}

/** The bytes of one resource, with the paths that a project has whose packages are in its own folder. */
function bytesOfOne(project: PulumiProject): number {
  const resources = project.resources().filter(({ urn }) => /::snapshot-\d$/.test(urn));
  expect(resources).toHaveLength(count);
  const text = JSON.stringify(resources).replaceAll(/project:\/\/\/[^"]*\/node_modules\//g, "project:///node_modules/");
  return text.length / count;
}

describe("a snapshot in the state, beside a usual dynamic resource", () => {
  let peer: number | undefined;
  const share = async (ours: PulumiProject) => {
    peer ??= bytesOfOne(await stateOf(usual, "atOnce"));
    return bytesOfOne(ours) / peer;
  };

  it("takes at most 0.3 of the bytes", async () => {
    expect(await share(await stateOf(plugin, "job"))).toBeLessThan(0.3);
  });

  it("takes at most 0.285 of the bytes if no job made it: no output is null", async () => {
    const ours = await stateOf(plugin, "atOnce");
    expect(ours.snapshotsInState()[0]!.outputs).not.toHaveProperty("job");
    expect(await share(ours)).toBeLessThan(0.285);
  });
});
