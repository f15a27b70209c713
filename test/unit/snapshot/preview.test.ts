import { expect, it } from "vitest";
import { ConnectionError } from "../../../provider/src/errors";
import type { HyperVHost } from "../../../provider/src/hyperv/hyperv-host";
import { JobMonitor } from "../../../provider/src/jobs/job-monitor";
import { Connections } from "../../../provider/src/process/operation";
import { notKnownYet, type ResourceCall } from "../../../provider/src/process/resource-call";
import { recordFilesInMemory } from "../../../provider/src/recovery/record-files";
import { Recovery } from "../../../provider/src/recovery/recovery";
import { SimulatedHost } from "../../../provider/src/simulator/index";
import { CollectionSnapshotResource } from "../../../provider/src/snapshot/collection-snapshot";
import { simulatedSession } from "../../../provider/src/transports/simulated/simulated-session";
import { FakeClock } from "../../support/fake-clock";
import { webTierSeed } from "../../support/simulated-hosts";

const parts = { attempted: "Connecting", target: "HV01", answer: "no answer", outcome: "Nothing", remedy: "Wait" };

/** Previews a create, with or without a host. */
async function preview(collection: string, host?: SimulatedHost) {
  const clock = new FakeClock();
  const moment = () => new Date(0);
  const connect = async (): Promise<HyperVHost> => {
    if (!host) throw new ConnectionError(parts);
    const session = simulatedSession(host, (ms, signal) => clock.sleep(ms, signal));
    return { session, jobs: new JobMonitor(session, clock) };
  };
  const liveness = { machine: "0123456789ab", process: "1-1", isAlive: () => true };
  const recovery = new Recovery({ clock, moment, liveness, openFiles: recordFilesInMemory });
  const resource = new CollectionSnapshotResource(new Connections({ clock, moment, connect }), recovery);
  const settings = {
    get: (key: string) => (key === "transport" ? "simulated" : undefined),
    stackKeys: [],
    environment: {},
  };
  const call = { settings, timeouts: {}, preview: true } as Partial<ResourceCall> as ResourceCall;
  return clock.run(resource.create(call, { collection }));
}

it.each([
  ["the host can't be reached", "web-tier", undefined],
  ["the group is yet to be made", "other", SimulatedHost.inMemory({ seed: webTierSeed, clock: () => 0 })],
])("a preview of a create works where %s", async (_, collection, host) => {
  const { outputs } = await preview(collection, host);
  expect(outputs).toMatchObject({ collection, collectionId: notKnownYet, members: notKnownYet });
});

it("a preview of a create shows the group, and changes nothing", async () => {
  const host = SimulatedHost.inMemory({ seed: webTierSeed, clock: () => 0 });
  const { outputs } = await preview("web-tier", host);
  expect(outputs).toMatchObject({ collectionName: "web-tier", hostName: "HV-TEST", members: notKnownYet });
  expect(host.methodCalls).toEqual({});
});
