import { expect, it, onTestFinished } from "vitest";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { DelayingProxy, sequential } from "../support/delaying-proxy";
import { DynamicHost } from "../support/dynamic-host";
import { smallSeed } from "../support/pulumi-project";
import { repositoryFolder } from "../support/repository";
import { temporaryFolder } from "../support/temporary-folder";
import { serveHost, testAccount } from "../support/wsman-hosts";

const roundTripMs = 50;

/** Serves a host over WS-Management, 50 ms away, to a provider process. */
async function farHost() {
  const looks: number[] = [];
  const host = SimulatedHost.inMemory({
    seed: { ...smallSeed, jobs: { CreateSnapshot: { seconds: 1, progress: "linear" } } },
    onRequest: ({ target }) => {
      if (target.includes("Msvm_ConcreteJob WHERE")) looks.push(performance.now());
    },
  });
  const server = await serveHost(() => host, "sealed");
  const proxy = await DelayingProxy.start(server.port, roundTripMs);
  const configuration = {
    transport: "wsman",
    host: "127.0.0.1",
    port: String(proxy.port),
    protocol: "http",
    username: testAccount.userName,
    password: testAccount.password,
  };
  const keys = Object.entries(configuration).map(([key, value]) => [`hyperv-snapshots:${key}`, value]);
  const env = { ...process.env, PULUMI_HOME: temporaryFolder() };
  const provider = await DynamicHost.start(Object.fromEntries(keys), repositoryFolder, env);
  onTestFinished(async () => {
    await provider.stop();
    await proxy.stop();
    await server.stop();
  });
  return { looks, proxy, server, provider };
}

it("a create over WS-Management takes at most 6 sequential round trips beside its job and the log-on", async () => {
  const { looks, proxy, server, provider } = await farHost();
  // checks the inputs first, as an up does: the session is open then
  const { inputs } = await provider.check({ collection: "web-tier", snapshotName: "before" });
  await expect.poll(() => server.logOns).toBe(2); // of the spare connection, too
  const first = proxy.roundTrips.length;
  const { outputs } = await provider.create(inputs);
  expect(outputs["members"]).toHaveLength(2);
  const isLook = ({ from, to }: { from: number; to: number }) => looks.some((at) => at > from && at < to);
  const trips = proxy.roundTrips.slice(first).filter((trip) => !trip.isLogOn && trip.to < Infinity);
  expect(looks.length).toBeGreaterThan(0);
  expect(sequential(trips.filter((trip) => !isLook(trip)))).toBeLessThanOrEqual(6);
});
