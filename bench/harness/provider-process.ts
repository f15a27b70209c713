import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DynamicHost } from "../../test/support/dynamic-host";
import { repositoryFolder } from "./built";
import { HostRecord } from "./host-record";
import { inTemporaryFolder } from "./temporary-folder";

/** A provider process at work. */
export interface ProviderProcess {
  readonly dynamicHost: DynamicHost;
  readonly pid: number;
  readonly record: HostRecord;
}

/** The folder and the environment of a program that the engine would run, with a home of its own. */
export function makeProgramFolder(root: string): { readonly folder: string; readonly env: NodeJS.ProcessEnv } {
  const folder = join(root, "program");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "Pulumi.yaml"), "name: project\nruntime: nodejs\n");
  symlinkSync(join(repositoryFolder, "node_modules"), join(folder, "node_modules"));
  const env = { ...process.env, PULUMI_HOME: join(root, "home"), PULUMI_BACKEND_URL: "file:///nowhere" };
  return { folder, env };
}

/**
 * Lets the real dynamic-provider process of `@pulumi/pulumi` work over gRPC, as the engine does, on the host in a store.
 *
 * @param storeFile - None for a provider that asks no host.
 * @param environment - More of the process's environment.
 */
export function withProviderProcess<T>(
  storeFile: string | undefined,
  work: (provider: ProviderProcess) => Promise<T>,
  environment: Readonly<Record<string, string>> = {},
): Promise<T> {
  return inTemporaryFolder(async (root) => {
    const { folder, env } = makeProgramFolder(root);
    const record = new HostRecord(root);
    const configuration: Record<string, string> =
      storeFile === undefined
        ? {}
        : { "hyperv-snapshots:transport": "simulated", "hyperv-snapshots:simulatedHost": storeFile };
    const recorded = { ...env, ...(storeFile !== undefined && record.environment), ...environment };
    const dynamicHost = await DynamicHost.start(configuration, folder, recorded);
    try {
      return await work({ dynamicHost, pid: dynamicHost.process.pid!, record });
    } finally {
      await dynamicHost.stop();
    }
  });
}

/** The inputs of one snapshot, as the resource class makes them. */
export function snapshotInputs(name: string, group: string) {
  const type = "pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot";
  return {
    collection: group,
    snapshotType: "Standard",
    snapshotName: name,
    __meta: { urn: `urn:pulumi:bench::project::${type}::${name}` },
  };
}
