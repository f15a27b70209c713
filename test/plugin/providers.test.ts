import { join } from "node:path";
import { SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { expect, it } from "vitest";
import { yamlProgram, yamlProject } from "../support/plugin-project";
import { smallSeed } from "../support/pulumi-project";
import { temporaryFolder } from "../support/temporary-folder";

it("explicit providers reach two hosts in one stack", async (context) => {
  const folder = temporaryFolder();
  const hosts = ["east", "west"].map((name) => {
    const storeFile = join(folder, `${name}.jsonl`);
    return { name, storeFile, host: SimulatedHost.open({ storeFile, seed: { ...smallSeed, hostName: `HV-${name}` } }) };
  });
  const resources = hosts.flatMap(({ name, storeFile }) => [
    [
      name,
      { type: "pulumi:providers:hyperv-snapshots", properties: { transport: "simulated", simulatedHost: storeFile } },
    ],
    [`before-${name}`, { properties: { collection: "web-tier" }, options: { provider: `\${${name}}` } }],
  ]);
  const outputs = { east: `\${before-east.hostName}`, west: `\${before-west.hostName}` };
  const program = yamlProgram(Object.fromEntries(resources), { outputs });
  const project = await yamlProject(context, program);
  const up = await project.up();
  expect(up.output).toContain("+ 5 created");
  expect(project.stackOutputs()).toMatchObject({ east: "HV-east", west: "HV-west" });
  for (const { host } of hosts)
    expect(host.tree().groups[0]?.machines.map((one) => one.snapshots.length)).toEqual([1, 1]);
  expect(await project.up("--expect-no-changes")).toMatchObject({ status: 0 });

  // another name for the same host costs no snapshot
  project.write(
    "Pulumi.yaml",
    program.replace('"transport":"simulated"', '"transport":"simulated","resumeWithin":"2h"'),
  );
  const changed = await project.up();
  expect(changed.output).not.toContain("replaced");
  expect(changed.status).toBe(0);
  expect(await project.destroy()).toMatchObject({ status: 0 });
  for (const { host } of hosts)
    expect(host.tree().groups[0]?.machines.map((one) => one.snapshots.length)).toEqual([0, 0]);
});

it("a provider whose configuration is unknown in a preview sends no host request until the update", async (context) => {
  const storeFile = join(temporaryFolder(), "late.jsonl");
  const host = SimulatedHost.open({ storeFile, seed: smallSeed });
  const program = yamlProgram({
    group: { type: "hyperv-snapshots:VirtualSystemCollection", properties: { members: ["web-01"] } },
    late: {
      type: "pulumi:providers:hyperv-snapshots",
      properties: { transport: "simulated", simulatedHost: storeFile, host: `\${group.hostName}` },
    },
    before: { properties: { collection: "web-tier" }, options: { provider: `\${late}` } },
  });
  const project = await yamlProject(context, program);
  expect(await project.preview()).toMatchObject({ status: 0, output: expect.stringContaining("+ 4 to create") });
  expect(await project.up()).toMatchObject({ status: 0 });
  expect(host.tree().groups[0]?.machines.map((one) => one.snapshots.length)).toEqual([1, 1]);
});
