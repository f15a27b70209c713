import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { CimHostServer, type StandInRequest } from "../support/cim-host-server";
import { DynamicHost } from "../support/dynamic-host";
import { powerShellEditions, requirePowerShell } from "../support/powershell";
import { untilEnded } from "../support/processes";
import { smallSeed } from "../support/pulumi-project";
import { repositoryFolder } from "../support/repository";

// starts of PowerShell take long where many other tests run beside
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const [edition] = powerShellEditions;
let host: SimulatedHost;
let server: CimHostServer;
let provider: DynamicHost;

beforeEach(async (context) => {
  const environment = requirePowerShell(context, edition!);
  host = SimulatedHost.inMemory({ seed: smallSeed });
  server = await CimHostServer.start(host);
  const env = { ...process.env, ...environment, ...server.environment };
  provider = await DynamicHost.start({ "hyperv-snapshots:transport": "powershell" }, repositoryFolder, env);
});
afterEach(async () => {
  await provider?.stop();
  // the provider process has ended, and so have its shells
  await untilEnded(server?.shells ?? []);
  await server?.stop();
});

const snapshots = () => host.tree().groups[0]!.machines.map(({ snapshots: taken }) => taken.length);

it("a snapshot is created, refreshed and deleted through PowerShell, by two shells", async () => {
  const { inputs } = await provider.check({ collection: "web-tier" });
  const { id, outputs } = await provider.create(inputs);
  expect(outputs["members"]).toHaveLength(2);
  expect(outputs["hostName"]).toBe("HV-TEST");
  expect(snapshots()).toEqual([1, 1]);
  expect((await provider.read(id, outputs)).outputs).toEqual(outputs);
  await provider.delete(id, outputs);
  expect(snapshots()).toEqual([0, 0]);
  expect(server.connects).toHaveLength(2);
});

it("no shell outlives a killed provider process, even while it waits for the host", async () => {
  const hanging = new Promise<void>((resolve) => {
    server.intercept = ({ verb }: StandInRequest) => {
      if (verb !== "invokeMethod") return undefined;
      resolve();
      return "silence";
    };
  });
  const call = provider.create({ collection: "web-tier" });
  call.catch(() => {});
  await hanging;
  expect(server.shells.length).toBeGreaterThan(0);
  await provider.stop("SIGKILL");
  await untilEnded(server.shells);
});
