import { dirname, join, resolve } from "node:path";

/** The repository's root; this file runs compiled, from `bench/dist/bench/harness`. */
export const repositoryFolder = resolve(__dirname, "../../../..");

/** The peers' code, as it is read. */
export const peersFolder = join(repositoryFolder, "bench", "peers");

const packageFolder = dirname(require.resolve("pulumi-hyperv-snapshots/package.json"));

/** Loads a part of the built package that its public surface doesn't have. */
const part = <Module>(path: string): Module => require(join(packageFolder, "dist", path));

export const { JobMonitor } = part<typeof import("../../provider/src/jobs/job-monitor")>("jobs/job-monitor.js");
export const { CollectionSnapshotResource } = part<typeof import("../../provider/src/snapshot/collection-snapshot")>(
  "snapshot/collection-snapshot.js",
);
export const { Connections } = part<typeof import("../../provider/src/process/operation")>("process/operation.js");
export const { DynamicAdapter, DynamicHost } =
  part<typeof import("../../provider/src/dynamic/adapter")>("dynamic/adapter.js");
export const { recordFilesInMemory } =
  part<typeof import("../../provider/src/recovery/record-files")>("recovery/record-files.js");
export const { Recovery } = part<typeof import("../../provider/src/recovery/recovery")>("recovery/recovery.js");
export const { simulatedSession } = part<typeof import("../../provider/src/transports/simulated/simulated-session")>(
  "transports/simulated/simulated-session.js",
);

export const { openWsmanSession } = part<typeof import("../../provider/src/transports/wsman/wsman-session")>(
  "transports/wsman/wsman-session.js",
);
export const { readInstance } = part<typeof import("../../provider/src/transports/wsman/read-instance")>(
  "transports/wsman/read-instance.js",
);
export const { XmlReader } = part<typeof import("../../provider/src/soap/read-xml")>("soap/read-xml.js");
export const { SoapService } = part<typeof import("../../provider/src/simulator/serve/soap-service")>(
  "simulator/serve/soap-service.js",
);
export const { WsmanServer } = part<typeof import("../../provider/src/simulator/serve/wsman-server")>(
  "simulator/serve/wsman-server.js",
);

export const { findPulumiCli, NoPulumiCliError, pulumiEnvironment, streamReporting } = require(
  join(repositoryFolder, "tools/dist/pulumi-cli"),
) as typeof import("../../tools/pulumi-cli");
