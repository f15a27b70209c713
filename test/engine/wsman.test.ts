import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { SimulatedHost } from "../../provider/src/simulator/index";
import type { WsmanServer } from "../../provider/src/simulator/serve/index";
import { CuttingProxy } from "../support/cutting-proxy";
import { snapshotProgram } from "../support/programs";
import { PulumiProject } from "../support/pulumi-project";
import { temporaryFolder } from "../support/temporary-folder";
import { serveHost, testAccount, testCertificate } from "../support/wsman-hosts";

let server: WsmanServer | undefined;
let proxy: CuttingProxy | undefined;

afterEach(async () => {
  await proxy?.stop();
  await server?.stop();
});

/** A project whose host is reached over HTTP with sealed messages, or over HTTPS. */
function projectOver(protocol: "http" | "https", password: string = testAccount.password): Promise<PulumiProject> {
  const caFile = join(temporaryFolder(), "ca.pem");
  writeFileSync(caFile, testCertificate().certificate);
  return PulumiProject.create({
    program: { "index.js": snapshotProgram(`{ collection: "web-tier", triggers: ["1"] }`) },
    configuration: {
      "hyperv-snapshots:transport": "wsman",
      "hyperv-snapshots:host": "localhost",
      "hyperv-snapshots:protocol": protocol,
      "hyperv-snapshots:username": `LAB\\${testAccount.userName}`,
      ...(protocol === "https" && { "hyperv-snapshots:caFile": caFile }),
    },
    environment: async (storeFile) => {
      const host = SimulatedHost.open({ storeFile });
      server = await serveHost(() => host, protocol === "http" ? "sealed" : "TLS");
      proxy = await CuttingProxy.start(server.port);
      return { HYPERV_SNAPSHOTS_PORT: String(proxy.port), HYPERV_SNAPSHOTS_PASSWORD: password };
    },
  });
}

it.each(["http", "https"] as const)(
  "takes, keeps, refreshes, replaces and destroys a snapshot over %s",
  async (protocol) => {
    const project = await projectOver(protocol);
    expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("+ 2 created") });
    expect(project.snapshotCounts()).toEqual([1, 1]);
    const { reference } = project.stackOutputs();
    expect(reference).toMatch(
      /^\\\\HV-TEST\\root\\virtualization\\v2:Msvm_SnapshotCollection\.CollectionID="[0-9A-F-]{36}"$/,
    );
    expect(await project.refresh()).toMatchObject({ status: 0, output: expect.stringContaining("2 unchanged") });
    project.write("index.js", snapshotProgram(`{ collection: "web-tier", triggers: ["2"] }`));
    expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("1 replaced") });
    expect(project.snapshotCounts()).toEqual([1, 1]);
    expect(project.stackOutputs()["reference"]).not.toBe(reference);
    expect(await project.destroy()).toMatchObject({ status: 0, output: expect.stringContaining("- 2 deleted") });
    expect(project.snapshotCounts()).toEqual([0, 0]);
    expect(server?.mostSockets).toBeLessThanOrEqual(8);
  },
  600_000,
);

it("a wrong password stops the run after one log-on attempt and appears in no output", async () => {
  const project = await projectOver("http", "wrong-secret");
  const { status, output } = await project.up();
  expect(status).not.toBe(0);
  expect(output).toContain("the host refused the log-on");
  expect(output).not.toContain("wrong-secret");
  expect(server?.logOns).toBe(1);
}, 300_000);
