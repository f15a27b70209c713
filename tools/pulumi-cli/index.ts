export { findPulumiCli, NoPulumiCliError, type PulumiCli } from "./find-pulumi-cli";
export { pulumiEnvironment } from "./pulumi-environment";
export { streamReporting } from "./reporting";
export { interruptible } from "./run-child";
