import { connect } from "../connection";
import { VirtualSystemCollectionResource } from "../group/virtual-system-collection";
import { systemClock } from "../jobs/clock";
import { Connections } from "../process/operation";
import type { EngineLink } from "../process/progress";
import { Shutdown, watchEngine } from "../process/shutdown";
import { localLiveness } from "../recovery/liveness";
import { recordFilesIn } from "../recovery/record-files";
import { Recovery } from "../recovery/recovery";
import { CollectionSnapshotResource } from "../snapshot/collection-snapshot";
import { backendUrl, recoveryFolder, statesBy } from "./deployment";

/** How a provider process was started. */
export interface ProviderStart {
  /** As the engine writes it last on the command line. */
  readonly engineAddress: string | undefined;
  readonly link: EngineLink;
  /** Whether an engine is sure to have started the process. */
  readonly startedByEngine: boolean;
}

/** Makes what both adapters' processes hold: resources over connections and recovery records, released when the process ends. */
export function providerProcess({ engineAddress, link, startedByEngine }: ProviderStart) {
  const clock = systemClock;
  const moment = () => new Date();
  const place = { environment: process.env, workingFolder: process.cwd() };
  const release = async () => {
    await connections.close();
    await recovery.close();
  };
  const shutdown = new Shutdown(process, release);
  // from the first call on, since even a process that only compares would never end by itself
  watchEngine(engineAddress, () => void shutdown.withoutEngine(), startedByEngine);
  const observe = (text: string) => link.send({ severity: "debug", text, urn: undefined, ephemeral: false });
  const connections = new Connections({
    clock,
    moment,
    connect: (configuration, waiting) => {
      shutdown.listen();
      return connect(configuration, waiting, link.takesDebug ? observe : undefined);
    },
  });
  const recovery = new Recovery({
    clock,
    moment,
    liveness: localLiveness(),
    openFiles: (configured) => recordFilesIn(recoveryFolder(place, configured)),
  });
  let backend: string | undefined;
  return {
    clock,
    link,
    environment: process.env,
    backend: () => (backend ??= backendUrl(place)),
    states: statesBy(place),
    release,
    resources: {
      CollectionSnapshot: new CollectionSnapshotResource(connections, recovery),
      VirtualSystemCollection: new VirtualSystemCollectionResource(connections, recovery),
    },
  };
}
