import { afterEach, beforeEach, expect, it, type TestContext } from "vitest";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { CimHostServer, type StandInRequest } from "../support/cim-host-server";
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

it("no remote shell outlives a killed provider process, even while it waits for the host", async () => {
  const hanging = new Promise<void>((resolve) => {
    hyperV.intercept = ({ verb }: StandInRequest) => {
      if (verb !== "invokeMethod") return undefined;
      resolve();
      return "silence";
    };
  });
  const call = provider.create({ collection: "web-tier" });
  call.catch(() => {});
  await hanging;
  expect(hyperV.shells.length).toBeGreaterThan(0);
  await provider.stop("SIGKILL");
  await untilEnded(hyperV.shells);
});

it("takes one snapshot if the session is cut while CreateSnapshot runs", async () => {
  const asked = new Promise<void>((resolve) => {
    hyperV.intercept = async ({ verb, methodName }: StandInRequest) => {
      if (verb !== "invokeMethod" || methodName !== "CreateSnapshot") return undefined;
      hyperV.intercept = undefined;
      // the host takes it, and its answer gets lost
      setImmediate(() => {
        for (const pid of sshd.sessions()) process.kill(pid, "SIGKILL");
        resolve();
      });
      return undefined;
    };
  });
  const created = provider.create({ collection: "web-tier" });
  await asked;
  const { outputs } = await created;
  expect(outputs["members"]).toHaveLength(2);
  expect(snapshots()).toEqual([1, 1]);
});
