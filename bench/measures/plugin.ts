import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { DynamicHost } from "../../test/support/dynamic-host";
import { PluginClient, pluginUrn } from "../../test/support/plugin-client";
import { peersFolder, repositoryFolder } from "../harness/built";
import { hostMemoryMb } from "../harness/host-memory";
import { HostRecord } from "../harness/host-record";
import { type Figure, inTurn, type Measure, type Scope } from "../harness/measure";
import { peakMemoryMb } from "../harness/peak-memory";
import { makeProgramFolder, snapshotInputs, withProviderProcess } from "../harness/provider-process";
import { pulumiUp, type UpCost } from "../harness/pulumi-run";
import { seedOfGroups } from "../harness/seeds";
import { inTemporaryFolder } from "../harness/temporary-folder";
import { bareProviderText } from "../peers/bare-provider";

/** What shows how near to its goal a plugin could come that has these inputs and outputs. */
const barePlugin = "a plugin that does nothing";

/** A round trip to a host in the next room. */
const delayMs = 5;

const executables = join(repositoryFolder, "provider/bin");

/** The plugin beside dynamic resources. */
export const plugin: Measure = {
  name: "plugin",
  about:
    "The plugin beside dynamic resources: `pulumi up` of many one-member snapshots beside as many usual dynamic resources that do nothing (and a plugin that answers the same at once, which is about the least that it can take), `pulumi up` of one snapshot beside the same by the dynamic resource, from the start of the process to its first answer beside the bare dynamic host, and memory with all creates in flight (each answer of the host takes 5 ms) beside the bare dynamic host. The lowest of the rounds.",
  run: async (scope) => ({
    figures: [...(await many(scope)), await one(scope), await firstAnswer(scope), await memory(scope)],
  }),
};

async function many({ isFull, say, count = 300 }: Scope): Promise<Figure[]> {
  const best = new Map<string, UpCost>();
  const run = (what: string, program: string, folder?: string) => async () => {
    say(`pulumi up of ${count}, ${what}`);
    const cost = await pulumiUp([program], count, seedOfGroups(count), folder);
    if (cost.seconds < (best.get(what)?.seconds ?? Number.POSITIVE_INFINITY)) best.set(what, cost);
    return cost.seconds;
  };
  const name = "usual dynamic resources";
  await inTurn(isFull ? 3 : 2, {
    ours: run("the plugin", "plugin.js"),
    bare: run(barePlugin, "plugin.js", join(peersFolder, "bare-plugin")),
    usual: run(name, "usual.js"),
  });
  const [ours, bare, usual] = [best.get("the plugin")!, best.get(barePlugin)!, best.get(name)!];
  return [
    {
      what: `time of \`pulumi up\` of ${count} by the plugin`,
      unit: "s",
      ours: ours.seconds,
      host: ours.hostSeconds,
      peer: { name, value: usual.seconds },
      atMostRatio: 0.6,
    },
    {
      what: `time of \`pulumi up\` of ${count} by ${barePlugin}`,
      unit: "s",
      ours: bare.seconds,
      peer: { name, value: usual.seconds },
    },
    {
      what: `state file after ${count} by the plugin`,
      unit: "KB",
      ours: ours.stateKb,
      peer: { name, value: usual.stateKb },
      atMostRatio: 0.3,
    },
  ];
}

async function one({ isFull, say }: Scope): Promise<Figure> {
  const rounds = isFull ? 15 : 5;
  say(`pulumi up of 1 by the plugin and by the dynamic resource, ${rounds} rounds`);
  const seconds = async (program: string) => (await pulumiUp([program], 1, seedOfGroups(1))).seconds;
  const took = await inTurn(rounds, { ours: () => seconds("plugin.js"), dynamic: () => seconds("ours.js") });
  return {
    what: "time of `pulumi up` of 1 by the plugin",
    unit: "s",
    ours: Math.min(...took.ours),
    peer: { name: "the dynamic resource", value: Math.min(...took.dynamic) },
    atMostRatio: 1,
  };
}

function firstAnswer({ isFull, say }: Scope): Promise<Figure> {
  return inTemporaryFolder(async (root) => {
    const { folder, env } = makeProgramFolder(root);
    const inputs = snapshotInputs("one", "group-1");
    const { __meta, ...visible } = inputs;
    const simulated = { transport: "simulated", simulatedHost: "host.jsonl" };
    const rounds = isFull ? 41 : 15;
    say(`start of the plugin, ${rounds} rounds`);
    const timed = async <T>(
      start: () => Promise<T & { stop(): Promise<unknown> }>,
      ask: (at: T) => Promise<unknown>,
    ) => {
      const began = performance.now();
      const process = await start();
      await ask(process);
      const tookMs = performance.now() - began;
      await process.stop();
      return tookMs;
    };
    const tookMs = await inTurn(rounds, {
      bare: () =>
        timed(
          () => DynamicHost.start({}, folder, env),
          (at) => at.check({ ...inputs, __provider: bareProviderText() }),
        ),
      ours: () =>
        timed(
          () => PluginClient.start(executables, simulated, { folder, env }),
          (at) => at.check(visible),
        ),
    });
    return {
      what: "start of the plugin to its first answer",
      unit: "ms",
      ours: Math.min(...tookMs.ours),
      peer: { name: "the bare dynamic host", value: Math.min(...tookMs.bare) },
      atMostRatio: 0.5,
    };
  });
}

function memory({ say, count = 1000 }: Scope): Promise<Figure> {
  const jobSeconds = count >= 1000 ? 30 : 3;
  return inTemporaryFolder(async (root) => {
    say(`${count} at once by the plugin, and by the bare dynamic host`);
    const { folder, env } = makeProgramFolder(root);
    const simulatedHost = join(root, "host.jsonl");
    SimulatedHost.open({ storeFile: simulatedHost, seed: seedOfGroups(count, { jobSeconds }) });
    const hostMb = hostMemoryMb(simulatedHost, count);
    const all = Array.from({ length: count }, (_, at) => `snapshot-${at + 1}`);
    const overNetwork = { ...env, ...new HostRecord(root).environment, HOST_DELAY_MS: String(delayMs) };
    const client = await PluginClient.start(
      executables,
      { transport: "simulated", simulatedHost },
      { folder, env: overNetwork },
    );
    await Promise.all(
      all.map((name, at) => {
        const { __meta, ...inputs } = snapshotInputs(name, `group-${at + 1}`);
        return client.create(inputs, pluginUrn(name));
      }),
    );
    const ours = peakMemoryMb(client.process.pid!);
    await client.stop();
    const bare = await withProviderProcess(undefined, async ({ dynamicHost, pid }) => {
      const inputs = (name: string) => ({ ...snapshotInputs(name, "group"), __provider: bareProviderText(5) });
      await Promise.all(all.map((name) => dynamicHost.create(inputs(name))));
      return peakMemoryMb(pid);
    });
    return {
      what: `${count} in flight: memory of the plugin`,
      unit: "MB",
      ours,
      host: hostMb,
      peer: { name: "the bare dynamic host", value: bare },
      atMostRatio: 1.2,
    };
  });
}
