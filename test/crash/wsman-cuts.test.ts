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
    unknownOutcomeSearch: "1s",
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
  let last: CallFailed | undefined;
  let kept: { readonly id: string; readonly properties: Properties } | undefined;
  for (let runs = 1; runs <= 4; runs += 1) {
    try {
      if (kept) return { id: kept.id, outputs: await provider.update(kept.id, kept.properties, inputs), runs };
      return { ...(await provider.create(inputs)), runs };
    } catch (error) {
      if (!(error instanceof CallFailed)) throw error;
      last = error;
      kept = error.initFailed ?? kept;
      // the connection is there again
      await sleep(50);
    }
  }
  throw new Error("the resource isn't there after four runs", { cause: last });
}

const newHost = () => {
  host = SimulatedHost.inMemory({ seed: smallSeed });
};

const inputsOf = (name: string) => ({
  collection: "web-tier",
  __meta: { urn: `urn:pulumi:test::project::pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot::${name}` },
});

/** Does something again and again, cut at its first request, at its second, and so on, until it ends before its cut. @returns How often it was cut. */
async function cutEverywhere(place: CutPlace, act: (name: string, arm: () => void) => Promise<void>): Promise<number> {
  for (let at = 1; ; at += 1) {
    newHost();
    await act(`${place}-${at}`, () => {
      proxy.cut = { at: proxy.requests + at, place };
    });
    if (proxy.cut !== undefined) {
      proxy.cut = undefined;
      return at - 1;
    }
  }
}

it.each(["before", "after"] satisfies CutPlace[])(
  "a create takes one snapshot if the connection is cut %s the host receives a request, for every request",
  async (place) => {
    const cuts = await cutEverywhere(place, async (name, arm) => {
      arm();
      const { id, outputs } = await upUntilDone(inputsOf(`create-${name}`));
      expect(snapshots(), name).toEqual([1, 1]);
      expect(host.methodCalls["CreateSnapshot"], name).toBe(1);
      const isCut = proxy.cut;
      proxy.cut = undefined;
      await provider.delete(id, outputs);
      proxy.cut = isCut;
    });
    expect(cuts).toBeGreaterThan(5);
  },
);

it.each(["before", "after"] satisfies CutPlace[])(
  "a delete removes the snapshot if the connection is cut %s the host receives a request, for every request",
  async (place) => {
    const cuts = await cutEverywhere(place, async (name, arm) => {
      const { id, outputs } = await upUntilDone(inputsOf(`delete-${name}`));
      arm();
      for (let runs = 1, isDeleted = false; !isDeleted && runs <= 3; runs += 1) {
        isDeleted = await provider.delete(id, outputs).then(
          () => true,
          () => false,
        );
      }
      expect(snapshots(), name).toEqual([0, 0]);
    });
    expect(cuts).toBeGreaterThan(2);
  },
);
