import { oldestUsableVersion } from "./pulumi-version";
import type { SearchContext } from "./search-context";

/**
 * Writes the one message for when no way leads to a CLI.
 *
 * @param tried what was tried and why it failed, in order.
 */
export function noneWorks(tried: readonly string[], { pinned, cache }: SearchContext): string {
  const indented = tried.map((line, index) => `  ${index + 1}. ${line.replaceAll("\n", "\n     ")}`);
  return [
    "There is no Pulumi CLI here, and none could be had. Tried:",
    ...indented,
    "",
    "Any one of these helps:",
    `  - Install the Pulumi CLI, ${oldestUsableVersion} or newer (https://www.pulumi.com/docs/install/).`,
    "  - Have one somewhere already? Name it: PULUMI_CLI=/path/to/pulumi",
    "  - Give this machine access to https://get.pulumi.com, and run this again: it is then downloaded.",
    `  - Install Go ${pinned.goVersion} or newer (https://go.dev/dl/), and run this again: it is then built from source`,
    "    (its modules must be reachable; see `go help goproxy`).",
    `What is downloaded or built is kept in ${cache.folder}.`,
  ].join("\n");
}
