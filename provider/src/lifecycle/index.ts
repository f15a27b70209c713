import { connect } from "../connection";
import type { DynamicProvider } from "../dynamic/protocol";
import { VirtualSystemCollectionLifecycle } from "../group/virtual-system-collection";
import { systemClock } from "../jobs/clock";
import { ConfiguredHost } from "../process/connections";
import { engineLink } from "../process/engine-link";
import { watchEngine } from "../process/engine-watch";
import { GroupQueue } from "../process/queue";
import { PoliteEnd } from "../process/shutdown";
import { LocalLifeSign } from "../recovery/liveness";
import { intentsFolder } from "../recovery/location";
import { intentFilesIn } from "../recovery/record-files";
import { CollectionSnapshotLifecycle } from "../snapshot/collection-snapshot";

const politeEnd = new PoliteEnd(process, () => configured.close());

// from the first call on: one that only compares has nothing to give back, and would be left behind all the same
watchEngine(process.argv.at(-1), () => void politeEnd.withoutEngine());

const configured = new ConfiguredHost({
  clock: systemClock,
  moment: () => new Date(),
  link: engineLink(),
  environment: process.env,
  workingFolder: process.cwd(),
  connect: (configuration, clock, observe) => {
    politeEnd.listen();
    return connect(configuration, clock, observe);
  },
  openIntents: (place, configured) => intentFilesIn(intentsFolder(place, configured)),
  lifeSign: new LocalLifeSign(),
});
const queue = new GroupQueue(systemClock);

/**
 * The lifecycle of `CollectionSnapshot`.
 *
 * States in the field name this module and this export, in the text that finds the provider: both are a promise for ever.
 *
 * @public
 */
export const collectionSnapshot: DynamicProvider = new CollectionSnapshotLifecycle(configured, queue);

/**
 * The lifecycle of `VirtualSystemCollection`; a promise for ever, as the other one.
 *
 * @public
 */
export const virtualSystemCollection: DynamicProvider = new VirtualSystemCollectionLifecycle(configured, queue);
