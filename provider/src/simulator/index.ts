export type { AssociatorsFilter, ReferencesFilter } from "./cim-reader";
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
export type { Seed } from "./seed";
export {
  type HostRequest,
  type OpenSimulatedHostOptions,
  SimulatedHost,
  type SimulatedHostOptions,
} from "./simulated-host";
