import { afterEach, expect, it, vi } from "vitest";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { CimHostServer } from "../support/cim-host-server";
import { powerShellEditions, requirePowerShell } from "../support/powershell";
import { untilEnded } from "../support/processes";
import { snapshotProgram } from "../support/programs";
import { PulumiProject } from "../support/pulumi-project";

let server: CimHostServer | undefined;
afterEach(async () => {
  vi.unstubAllEnvs();
  await server?.stop();
});

it("takes, keeps, refreshes, replaces and destroys a snapshot through PowerShell", async (context) => {
  const environment = requirePowerShell(context, powerShellEditions[0]!);
  const project = await PulumiProject.create({
    program: { "index.js": snapshotProgram(`{ collection: "web-tier", triggers: ["1"] }`) },
    configuration: { "hyperv-snapshots:transport": "powershell" },
    environment: async (storeFile) => {
      server = await CimHostServer.start(SimulatedHost.open({ storeFile }));
      return { ...environment, ...server.environment };
    },
  });

  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("+ 2 created") });
  expect(project.snapshotCounts()).toEqual([1, 1]);
  const { reference } = project.stackOutputs();
  expect(reference).toMatch(
    /^\\\\HV-TEST\\root\\virtualization\\v2:Msvm_SnapshotCollection\.CollectionID="[0-9A-F-]{36}"$/,
  );
  expect(server?.connects.length).toBeLessThanOrEqual(2);

  expect(await project.refresh()).toMatchObject({ status: 0, output: expect.stringContaining("2 unchanged") });

  project.write("index.js", snapshotProgram(`{ collection: "web-tier", triggers: ["2"] }`));
  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("1 replaced") });
  expect(project.snapshotCounts()).toEqual([1, 1]);
  expect(project.stackOutputs()["reference"]).not.toBe(reference);

  expect(await project.destroy()).toMatchObject({ status: 0, output: expect.stringContaining("- 2 deleted") });
  expect(project.snapshotCounts()).toEqual([0, 0]);
  await untilEnded(server?.shells ?? []);
}, 600_000);
