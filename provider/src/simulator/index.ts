export type { AssociatorsFilter, ReferencesFilter } from "./cim-reader";
export { drawHost } from "./draw-host";
export type { Fault, HostVerb, JobFault } from "./fault";
export {
  type Behaviour,
  defaultOptions,
  type HostOptions,
  hostBehaviours,
  type OptionName,
  type OptionValue,
  optionValues,
} from "./host-options";
export type { GroupView, HostView, MachineView, SnapshotView } from "./host-tree";
export type { ProgressPoint, ProgressShape } from "./job-progress";
export { sampleSeed } from "./sample-seed";
export type { Seed } from "./seed";
export {
  type HostRequest,
  type OpenSimulatedHostOptions,
  SimulatedHost,
  type SimulatedHostOptions,
} from "./simulated-host";
