import { DynamicAdapter, DynamicHost } from "../dynamic/adapter";
import type { DynamicProvider } from "../dynamic/protocol";
import { providerProcess } from "../dynamic/provider-process";
import { engineLink } from "../process/progress";

const { resources, ...parts } = providerProcess({
  engineAddress: process.argv.at(-1),
  link: engineLink(),
  startedByEngine: false,
});
const host = new DynamicHost(parts);

/**
 * Serves `CollectionSnapshot`.
 *
 * States name this module and this export, in the text that finds the provider: both are a stable API.
 *
 * @public
 */
export const collectionSnapshot: DynamicProvider = new DynamicAdapter(host, resources.CollectionSnapshot);

/**
 * Serves `VirtualSystemCollection`; a stable API, as the other one.
 *
 * @public
 */
export const virtualSystemCollection: DynamicProvider = new DynamicAdapter(host, resources.VirtualSystemCollection);
