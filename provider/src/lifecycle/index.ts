import { connect } from "../connection";
import { DynamicAdapter, DynamicHost } from "../dynamic/adapter";
import { backendUrl, exportStackBy, recoveryFolder } from "../dynamic/deployment";
import type { DynamicProvider } from "../dynamic/protocol";
import { VirtualSystemCollectionResource } from "../group/virtual-system-collection";
import { systemClock } from "../jobs/clock";
import { Connections } from "../process/connections";
import { engineLink } from "../process/engine-link";
import { watchEngine } from "../process/engine-watch";
import { Shutdown } from "../process/shutdown";
import { localLiveness } from "../recovery/liveness";
import { recordFilesIn } from "../recovery/record-files";
import { Recovery } from "../recovery/recovery";
import { CollectionSnapshotResource } from "../snapshot/collection-snapshot";

const shutdown = new Shutdown(process, async () => {
  await connections.close();
  await recovery.close();
});

// from the first call on: a process that only compares holds nothing, and would live for ever all the same
watchEngine(process.argv.at(-1), () => void shutdown.withoutEngine());

const clock = systemClock;
const link = engineLink();
const moment = () => new Date();
const place = { environment: process.env, workingFolder: process.cwd() };
const connections = new Connections({
  clock,
  moment,
  connect: (configuration, waiting) => {
    shutdown.listen();
    return connect(configuration, waiting, (text) =>
      link.send({ severity: "debug", text, urn: undefined, ephemeral: false }),
    );
  },
});
const recovery = new Recovery({
  clock,
  moment,
  liveness: localLiveness(),
  openFiles: (configured) => recordFilesIn(recoveryFolder(place, configured)),
});
let backend: string | undefined;
const host = new DynamicHost({
  link,
  clock,
  environment: process.env,
  backend: () => (backend ??= backendUrl(place)),
  exportStack: exportStackBy(place),
});

/**
 * Serves `CollectionSnapshot`.
 *
 * States name this module and this export, in the text that finds the provider: both are a stable API.
 *
 * @public
 */
export const collectionSnapshot: DynamicProvider = new DynamicAdapter(
  host,
  new CollectionSnapshotResource(connections, recovery),
);

/**
 * Serves `VirtualSystemCollection`; a stable API, as the other one.
 *
 * @public
 */
export const virtualSystemCollection: DynamicProvider = new DynamicAdapter(
  host,
  new VirtualSystemCollectionResource(connections, recovery),
);
