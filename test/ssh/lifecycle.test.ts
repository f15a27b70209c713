import { afterEach, beforeEach, expect, it, type TestContext } from "vitest";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { CimHostServer } from "../support/cim-host-server";
import { DynamicHost } from "../support/dynamic-host";
import { untilEnded } from "../support/processes";
import { smallSeed } from "../support/pulumi-project";
import { repositoryFolder } from "../support/repository";
import { requireSshServer, SshServer } from "../support/ssh-server";

let host: SimulatedHost;
let hyperV: CimHostServer;
let sshd: SshServer;
let provider: DynamicHost;
beforeEach(async (context: TestContext) => {
  requireSshServer(context);
  host = SimulatedHost.inMemory({ seed: smallSeed });
  hyperV = await CimHostServer.start(host);
  sshd = await SshServer.start({ environment: hyperV.environment });
  provider = await DynamicHost.start(sshd.configuration, repositoryFolder, process.env);
});
afterEach(async () => {
  await provider?.stop();
  // the provider process has ended, and so have its remote shells
  await untilEnded(hyperV?.shells ?? []);
  await sshd?.stop();
  await hyperV?.stop();
});

const snapshots = () => host.tree().groups[0]!.machines.map(({ snapshots: taken }) => taken.length);

it("a snapshot is created, refreshed and deleted over ssh, by two sessions", async () => {
  const { inputs } = await provider.check({ collection: "web-tier" });
  const { id, outputs } = await provider.create(inputs);
  expect(outputs["members"]).toHaveLength(2);
  expect(outputs["hostName"]).toBe("HV-TEST");
  expect(snapshots()).toEqual([1, 1]);
  expect((await provider.read(id, outputs)).outputs).toEqual(outputs);
  await provider.delete(id, outputs);
  expect(snapshots()).toEqual([0, 0]);
  expect(sshd.accepted).toBe(2);
});
