import { execFile } from "node:child_process";
import { relative } from "node:path";
import { afterEach, expect, it, vi } from "vitest";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { CimHostServer } from "../support/cim-host-server";
import { expectWithin } from "../support/expect-within";
import { powerShellEditions, requirePowerShell } from "../support/powershell";
import { untilEnded } from "../support/processes";
import { smallSeed } from "../support/pulumi-project";
import { repositoryFolder } from "../support/repository";

// starts of PowerShell take long where many other tests run beside
vi.setConfig({ testTimeout: 240_000 });

let server: CimHostServer | undefined;
afterEach(async () => {
  await server?.stop();
});

/** Runs a program to its end, which it has to find by itself. @returns The JSON that it printed, and when it had ended. */
function runProgram(text: string, env: NodeJS.ProcessEnv = process.env): Promise<{ said: unknown; endedAt: number }> {
  return new Promise((resolve, reject) => {
    execFile(process.execPath, ["-e", text], { cwd: repositoryFolder, env, timeout: 200_000 }, (error, stdout) => {
      if (error) reject(error);
      else resolve({ said: JSON.parse(stdout), endedAt: Date.now() });
    });
  });
}

it("importing the package loads only the classes, the errors and the look-up functions", async () => {
  const loaded = "Object.keys(require.cache).filter((file) => file.includes('/provider/dist/'))";
  const { said } = await runProgram(`require("pulumi-hyperv-snapshots"); console.log(JSON.stringify(${loaded}))`);
  const files = (said as string[]).map((file) => relative(`${repositoryFolder}/provider/dist`, file)).sort();
  expect(files).toEqual([
    "errors.js",
    "index.js",
    "lookups/get-collection-snapshot.js",
    "lookups/get-collection-snapshots.js",
    "lookups/get-virtual-system-collection.js",
    "lookups/look-up.js",
    "lookups/what-it-depends-on.js",
    "resources/collection-snapshot.js",
    "resources/forget-record.js",
    "resources/former-urns.js",
    "resources/hidden-inputs.js",
    "resources/identity.js",
    "resources/last-transformation.js",
    "resources/mark-lost-values.js",
    "resources/organization.js",
    "resources/promise-stacks.js",
    "resources/refuse-import.js",
    "resources/replacement-order.js",
    "resources/secret-outputs.js",
    "resources/virtual-system-collection.js",
    "resources/warn-of-open-secrets.js",
    "schema/hresults.js",
    "types/lost-value.js",
  ]);
});

it("a program whose look-ups opened a shell exits within a second, and so does the shell", async (context) => {
  const environment = requirePowerShell(context, powerShellEditions[0]!);
  const started = await CimHostServer.start(SimulatedHost.inMemory({ seed: smallSeed }));
  server = started;
  const program = `
const { getVirtualSystemCollection, getCollectionSnapshots } = require("pulumi-hyperv-snapshots");
(async () => {
  const { machines } = await getVirtualSystemCollection({ collection: "web-tier" });
  const { snapshots } = await getCollectionSnapshots();
  process.stdout.write(JSON.stringify({ machines: machines.map(({ vmName }) => vmName), snapshots, at: Date.now() }));
})();`;
  const env = { ...process.env, ...environment, ...started.environment, HYPERV_SNAPSHOTS_TRANSPORT: "powershell" };
  await expectWithin(1000, async () => {
    const connectsBefore = started.connects.length;
    const { said, endedAt } = await runProgram(program, env);
    const { at, ...found } = said as { at: number };
    expect(found).toEqual({ machines: ["web-01", "web-02"], snapshots: [] });
    expect(started.connects.length - connectsBefore).toBe(1);
    return endedAt - at;
  });
  await untilEnded(started.shells);
});
