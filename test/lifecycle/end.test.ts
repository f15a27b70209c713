import { join } from "node:path";
import { SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { expect, it } from "vitest";
import { DynamicHost } from "../support/dynamic-host";
import { repositoryFolder } from "../support/repository";
import { webTierSeed } from "../support/simulated-hosts";
import { temporaryFolder } from "../support/temporary-folder";

/** The provider process over a host of its own, with its recovery records in a folder of its own. */
async function startProvider() {
  const folder = temporaryFolder();
  const storeFile = join(folder, "host.jsonl");
  const host = SimulatedHost.open({ storeFile, seed: { ...webTierSeed, jobs: { CreateSnapshot: { seconds: 2 } } } });
  const start = () =>
    DynamicHost.start(
      {
        "hyperv-snapshots:transport": "simulated",
        "hyperv-snapshots:simulatedHost": storeFile,
        "hyperv-snapshots:recoveryFolder": join(folder, "records"),
      },
      repositoryFolder,
    );
  return { host, start };
}

const urn = "urn:pulumi:test::project::pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot::before";
const inputs = { collection: "web-tier", snapshotType: "Standard", __meta: { urn } };

it("a provider stops when its engine is killed, and the next one resumes its snapshot", async () => {
  const { host, start } = await startProvider();
  const first = await start();
  const lost = first.create(inputs).catch(() => "interrupted");
  await expect.poll(() => host.methodCalls["CreateSnapshot"]).toBe(1);
  expect(await first.loseEngine()).toEqual({ code: null, signal: "SIGTERM" });
  expect(await lost).toBe("interrupted");

  const second = await start();
  const { outputs } = await second.create({ ...inputs, __meta: { urn } });
  await second.stop();
  expect(host.methodCalls["CreateSnapshot"]).toBe(1);
  expect(host.tree().groups[0]?.machines.map(({ snapshots }) => snapshots.length)).toEqual([1, 1, 1]);
  expect(outputs["members"]).toHaveLength(3);
});

it("a provider without a host connection stops when its engine is killed", async () => {
  const { start } = await startProvider();
  const provider = await start();
  const outputs = { ...inputs, connection: "elsewhere" };
  await provider.diff("id", inputs, outputs);
  expect(await provider.loseEngine()).toEqual({ code: null, signal: "SIGTERM" });
});

it("the next provider resumes at once after one is killed during a job", async () => {
  const { host, start } = await startProvider();
  const first = await start();
  const lost = first.create(inputs).catch(() => "interrupted");
  await expect.poll(() => host.methodCalls["CreateSnapshot"]).toBe(1);
  await first.stop("SIGKILL");
  expect(await lost).toBe("interrupted");

  const second = await start();
  await second.create({ ...inputs, __meta: { urn } });
  await second.stop();
  expect(host.methodCalls["CreateSnapshot"]).toBe(1);
});
