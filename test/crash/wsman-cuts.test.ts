import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SimulatedHost } from "../../provider/src/simulator/index";
import type { WsmanServer } from "../../provider/src/simulator/serve/index";
import { type CutPlace, CuttingProxy } from "../support/cutting-proxy";
import { CallFailed, DynamicHost, type Properties } from "../support/dynamic-host";
import { smallSeed } from "../support/pulumi-project";
import { repositoryFolder } from "../support/repository";
import { temporaryFolder } from "../support/temporary-folder";
import { serveHost, testAccount } from "../support/wsman-hosts";

let host: SimulatedHost;
let server: WsmanServer;
let proxy: CuttingProxy;
let provider: DynamicHost;

beforeAll(async () => {
  server = await serveHost(() => host, "sealed");
  proxy = await CuttingProxy.start(server.port);
  const configuration = {
    transport: "wsman",
    host: "localhost",
    port: String(proxy.port),
    protocol: "http",
    username: testAccount.userName,
    password: testAccount.password,
    lostAnswerSearch: "1s",
  };
  const keys = Object.entries(configuration).map(([key, value]) => [`hyperv-snapshots:${key}`, value]);
  const env = { ...process.env, PULUMI_HOME: temporaryFolder() };
  provider = await DynamicHost.start(Object.fromEntries(keys), repositoryFolder, env);
});

afterAll(async () => {
  await provider?.stop();
  await proxy?.stop();
  await server?.stop();
});

const snapshots = () => host.tree().groups[0]?.machines.map(({ snapshots: taken }) => taken.length);

/** Makes a resource as the engine does: what is kept as incomplete is updated by the next run, what isn't is created again. */
async function upUntilDone(inputs: Properties): Promise<{ id: string; outputs: Properties; runs: number }> {
  let kept: { readonly id: string; readonly properties: Properties } | undefined;
  for (let runs = 1; runs <= 4; runs += 1) {
    try {
      if (kept) return { id: kept.id, outputs: await provider.update(kept.id, kept.properties, inputs), runs };
      return { ...(await provider.create(inputs)), runs };
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      kept = error.initFailed ?? kept;
      // the connection is there again
      await sleep(50);
    }
  }
  throw new Error("the resource isn't there after four runs");
}

const newHost = () => {
  host = SimulatedHost.inMemory({ seed: smallSeed });
};

it("a connection that is cut at any request of a create and a delete, before or after the host got it, leaves one snapshot and then none", async () => {
  newHost();
  const inputsOf = (name: string) => ({
    collection: "web-tier",
    __meta: { urn: `urn:pulumi:test::project::pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot::${name}` },
  });
  const before = proxy.requests;
  const whole = await upUntilDone(inputsOf("whole"));
  const ofCreate = proxy.requests - before;
  await provider.delete(whole.id, whole.outputs);
  const ofDelete = proxy.requests - before - ofCreate;
  expect(ofCreate).toBeGreaterThan(5);
  expect(ofDelete).toBeGreaterThan(2);
  for (const place of ["before", "after"] satisfies CutPlace[]) {
    for (let at = 1; at <= ofCreate; at += 1) {
      newHost();
      proxy.cut = { at: proxy.requests + at, place };
      const { id, outputs } = await upUntilDone(inputsOf(`create-${place}-${at}`));
      const where = `create cut ${place} request ${at} of ${ofCreate}`;
      expect(proxy.cut, where).toBeUndefined();
      expect(snapshots(), where).toEqual([1, 1]);
      expect(host.methodCalls["CreateSnapshot"], where).toBe(1);
      await provider.delete(id, outputs);
      expect(snapshots(), where).toEqual([0, 0]);
    }
    for (let at = 1; at <= ofDelete; at += 1) {
      newHost();
      const { id, outputs } = await upUntilDone(inputsOf(`delete-${place}-${at}`));
      proxy.cut = { at: proxy.requests + at, place };
      const where = `delete cut ${place} request ${at} of ${ofDelete}`;
      for (let runs = 1; runs <= 3; runs += 1) {
        const isDeleted = await provider.delete(id, outputs).then(
          () => true,
          () => false,
        );
        if (isDeleted) break;
      }
      expect(proxy.cut, where).toBeUndefined();
      expect(snapshots(), where).toEqual([0, 0]);
    }
  }
});
