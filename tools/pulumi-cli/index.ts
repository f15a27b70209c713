export { type FindPulumiCliOptions, findPulumiCli } from "./find-pulumi-cli";
export { NoPulumiCliError } from "./no-pulumi-cli-error";
export type { PulumiCli } from "./pulumi-cli";
export { type PulumiEnvironmentOptions, pulumiEnvironment } from "./pulumi-environment";
export { type Reporting, streamReporting } from "./reporting";
