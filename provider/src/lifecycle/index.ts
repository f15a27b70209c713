import { connect } from "../connection";
import { systemClock } from "../jobs/clock";
import { CollectionSnapshotLifecycle } from "./collection-snapshot";
import type { DynamicProvider } from "./dynamic-provider";
import { engineLink } from "./engine-link";

/**
 * The lifecycle of `CollectionSnapshot`.
 *
 * States in the field name this module and this export, in the text that finds the provider: both are a promise for ever.
 *
 * @public
 */
export const collectionSnapshot: DynamicProvider = new CollectionSnapshotLifecycle({
  clock: systemClock,
  link: engineLink(),
  environment: process.env,
  connect,
});
