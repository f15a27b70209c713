import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { SaxesParser } from "saxes";
import { DelayingProxy, sequential } from "../../test/support/delaying-proxy";
import { openWsmanSession, WsmanServer } from "../harness/built";
import { largeAnswer, readAnswer } from "../harness/large-answer";
import type { Measure, Measured, Scope } from "../harness/measure";
import { snapshotInputs, withProviderProcess } from "../harness/provider-process";
import { seedOfGroups } from "../harness/seeds";
import { inTemporaryFolder } from "../harness/temporary-folder";

const account = { userName: "operator", password: "for-the-bench" };
const namespace = "root\\virtualization\\v2";
const roundTripMs = 50;

/** What WS-Management costs beside its parts, and how often it waits for the host. */
export const wsman: Measure = {
  name: "wsman",
  about: `The transport wsman to the simulated host behind its own server, in the same run: decoding beside bare saxes with namespaces, a sealed call beside one in plain text, many groups at once, and a create on a host ${roundTripMs} ms away.`,
  run: async (scope) => {
    scope.say("decoding");
    const decoding = await decode();
    scope.say("sealed and plain calls");
    const calls = await callTimes();
    scope.say("memory of a large answer");
    const memory = memoryOfAnswer();
    const many = await atOnce(scope);
    scope.say(`a create ${roundTripMs} ms away`);
    const far = await farAway();
    return {
      figures: [
        {
          what: `decoding ${(decoding.bytes / 1e6).toFixed(1)} MB`,
          unit: "ms",
          ours: decoding.ours,
          peer: { name: "bare saxes", value: decoding.bare },
          atMostRatio: 1.5,
        },
        {
          what: "a sealed call",
          unit: "ms",
          ours: calls.sealed,
          peer: { name: "a call in plain text", value: calls.plain },
          atMostRatio: 1.5,
        },
        {
          what: "live memory while a large answer is read",
          unit: "MB",
          ours: memory.liveMb,
          peer: { name: "the answer", value: memory.answerMb },
          atMostRatio: 2.5,
        },
        { what: `${many.count} groups at once: most sockets`, unit: "requests", ours: many.sockets, atMost: 8 },
        {
          what: `${many.count} groups at once: requests`,
          unit: "requests",
          ours: many.requests,
          peer: { name: "over the simulated transport", value: many.simulated },
          atMostRatio: 1.1,
        },
        {
          what: `a create ${roundTripMs} ms away: sequential round trips beside the job and the log-on`,
          unit: "requests",
          ours: far.sequential,
          atMost: 6,
        },
      ],
      details: [
        {
          title: `The chain of a create ${roundTripMs} ms away`,
          columns: ["from ms", "to ms", "request"],
          rows: far.chain,
        },
      ],
    } satisfies Measured;
  },
};

const median = (values: readonly number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function timed(work: () => void): number {
  const began = performance.now();
  work();
  return performance.now() - began;
}

async function decode(): Promise<{ bytes: number; ours: number; bare: number }> {
  const { pieces, bytes } = await largeAnswer(600);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < 40; round += 1) {
    bare.push(
      timed(() => {
        const parser = new SaxesParser({ xmlns: true });
        for (const piece of pieces) parser.write(piece);
        parser.close();
      }),
    );
    ours.push(timed(() => readAnswer(pieces)));
  }
  return { bytes, ours: median(ours.slice(10)), bare: median(bare.slice(10)) };
}

/** What is alive while an answer is read, in a process of its own, which collects its garbage whenever it looks. */
function memoryOfAnswer(): { liveMb: number; answerMb: number } {
  const { stdout } = spawnSync(process.execPath, ["--expose-gc", join(__dirname, "../harness/answer-memory.js")], {
    encoding: "utf8",
  });
  return JSON.parse(stdout) as { liveMb: number; answerMb: number };
}

async function callTimes(): Promise<{ plain: number; sealed: number }> {
  const host = SimulatedHost.inMemory({
    seed: { machines: Array.from({ length: 20 }, (_, at) => ({ name: `vm-${at}` })) },
  });
  const open = async (isSealed: boolean) => {
    const server = await serve(host, isSealed);
    return { server, session: await openWsmanSession(optionsOf(server.port, isSealed)) };
  };
  const [plain, sealed] = [await open(false), await open(true)];
  const times: Record<"plain" | "sealed", number[]> = { plain: [], sealed: [] };
  for (let round = 0; round < 200; round += 1) {
    for (const [name, { session }] of Object.entries({ plain, sealed })) {
      const began = performance.now();
      await session.query("SELECT * FROM Msvm_ComputerSystem");
      times[name as "plain" | "sealed"].push(performance.now() - began);
    }
  }
  for (const { session, server } of [plain, sealed]) {
    await session.close();
    await server.stop();
  }
  return { plain: median(times.plain.slice(50)), sealed: median(times.sealed.slice(50)) };
}

function serve(host: SimulatedHost, isSealed: boolean) {
  return WsmanServer.start({
    host: () => host as never,
    address: "127.0.0.1",
    port: 0,
    accounts: { [account.userName]: account.password },
    authentications: [isSealed ? "negotiate" : "basic"],
    allowUnencrypted: !isSealed,
    maxEnvelopeBytes: 8 * 1024 * 1024,
  });
}

function optionsOf(port: number, isSealed: boolean) {
  const endpoint = { host: "127.0.0.1", port, isHttps: false };
  return {
    endpoint,
    credentials: { method: isSealed ? "ntlm" : "basic", ...account } as const,
    namespace,
  };
}

/** What a provider process needs to reach the host behind a port. */
function environmentOf(port: number): Readonly<Record<string, string>> {
  const keys = {
    TRANSPORT: "wsman",
    HOST: "127.0.0.1",
    PORT: port,
    PROTOCOL: "http",
    USERNAME: account.userName,
    PASSWORD: account.password,
  };
  return Object.fromEntries(Object.entries(keys).map(([key, value]) => [`HYPERV_SNAPSHOTS_${key}`, String(value)]));
}

/** Makes so many snapshots in the real provider process, over WS-Management and over the simulated transport. */
async function atOnce({ count = 1000, say }: Scope) {
  const jobSeconds = count >= 1000 ? 30 : 3;
  const seed = seedOfGroups(count, { jobSeconds });
  const creates = (create: (inputs: ReturnType<typeof snapshotInputs>) => Promise<unknown>) =>
    Promise.all(
      Array.from({ length: count }, (_, at) => create(snapshotInputs(`snapshot-${at + 1}`, `group-${at + 1}`))),
    );
  const simulated = await inTemporaryFolder(async (folder) => {
    say(`${count} groups at once, simulated`);
    const storeFile = `${folder}/host.jsonl`;
    SimulatedHost.open({ storeFile, seed });
    return withProviderProcess(storeFile, async ({ dynamicHost, record }) => {
      await creates((inputs) => dynamicHost.create(inputs));
      return record.next().requests;
    });
  });
  say(`${count} groups at once, wsman`);
  const host = SimulatedHost.inMemory({ seed });
  const server = await serve(host, true);
  await withProviderProcess(
    undefined,
    ({ dynamicHost }) => creates((inputs) => dynamicHost.create(inputs)),
    environmentOf(server.port),
  );
  await server.stop();
  const requests = Object.values(host.requests).reduce((sum, one) => sum + one, 0);
  return { count, simulated, requests, sockets: server.mostSockets };
}

/** Makes a snapshot of a group of three on a host that is far away. */
async function farAway() {
  const requests: { readonly at: number; readonly what: string }[] = [];
  const host = SimulatedHost.inMemory({
    seed: seedOfGroups(1, { members: 3, jobSeconds: 1 }),
    onRequest: ({ verb, methodName, target }) =>
      requests.push({
        at: performance.now(),
        what: `${methodName ?? verb} ${target.replaceAll(/\s+/g, " ").slice(0, 110)}`,
      }),
  });
  const server = await serve(host, true);
  const proxy = await DelayingProxy.start(server.port, roundTripMs);
  await withProviderProcess(
    undefined,
    async ({ dynamicHost }) => {
      // what belongs to the log-on and to the session is done by the first
      await dynamicHost.read("none", {}).catch(() => {});
      while (server.logOns < 2) await sleep(10); // of the spare connection, too
      await dynamicHost.create(snapshotInputs("one", "group-1"));
    },
    environmentOf(proxy.port),
  );
  await proxy.stop();
  await server.stop();
  const unnamed = requests.toSorted((a, b) => a.at - b.at);
  const trips = proxy.roundTrips.map((trip) => {
    if (trip.isLogOn) return { ...trip, what: "log-on" };
    const at = unnamed.findIndex((one) => one.at > trip.from && one.at < trip.to);
    return { ...trip, what: at < 0 ? "unknown" : (unnamed.splice(at, 1)[0]?.what ?? "") };
  });
  // the first request opens the session: with it the log-on ends
  const counted = trips.filter(({ isLogOn, what }) => !isLogOn && !what.includes("Msvm_ConcreteJob WHERE")).slice(1);
  const first = trips[0]?.from ?? 0;
  return {
    sequential: sequential(counted),
    chain: trips.map(({ from, to, what }) => [Math.round(from - first), Math.round(to - first), what] as const),
  };
}
