import { afterEach, expect, it } from "vitest";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { CimHostServer } from "../support/cim-host-server";
import { untilEnded } from "../support/processes";
import { snapshotProgram } from "../support/programs";
import { PulumiProject } from "../support/pulumi-project";
import { requireSshServer, SshServer } from "../support/ssh-server";

let hyperV: CimHostServer | undefined;
let sshd: SshServer | undefined;
afterEach(async () => {
  await sshd?.stop();
  await hyperV?.stop();
});

it("takes, refreshes, replaces and destroys a snapshot over ssh with the real CLI", async (context) => {
  requireSshServer(context);
  const project = await PulumiProject.create({
    program: { "index.js": snapshotProgram(`{ collection: "web-tier", triggers: ["1"] }`) },
    configuration: {},
    environment: async (storeFile) => {
      hyperV = await CimHostServer.start(SimulatedHost.open({ storeFile }));
      sshd = await SshServer.start({ environment: hyperV.environment });
      return sshd.variables;
    },
  });

  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("+ 2 created") });
  expect(project.snapshotCounts()).toEqual([1, 1]);
  const { reference } = project.stackOutputs();
  // two sessions for calls and polls, and those of the preview
  expect(sshd?.accepted).toBeLessThanOrEqual(4);

  expect(await project.refresh()).toMatchObject({ status: 0, output: expect.stringContaining("2 unchanged") });

  project.write("index.js", snapshotProgram(`{ collection: "web-tier", triggers: ["2"] }`));
  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("1 replaced") });
  expect(project.snapshotCounts()).toEqual([1, 1]);
  expect(project.stackOutputs()["reference"]).not.toBe(reference);

  expect(await project.destroy()).toMatchObject({ status: 0, output: expect.stringContaining("- 2 deleted") });
  expect(project.snapshotCounts()).toEqual([0, 0]);
  await untilEnded(hyperV?.shells ?? []);
}, 600_000);
