import { Cache } from "../../../../tools/pulumi-cli/cache";
import type { SearchContext } from "../../../../tools/pulumi-cli/search-context";
import { temporaryFolder } from "../../../support/temporary-folder";

/** Makes a search that sees nothing of this machine and writes down what it reports. */
export function searchForTests(changes: Partial<SearchContext> = {}): SearchContext & { readonly reported: string[] } {
  const reported: string[] = [];
  return {
    reported,
    report: (line) => reported.push(line),
    env: {},
    abortSignal: undefined,
    pinned: { version: "3.259.0", goVersion: "1.25.11", cliPackage: "example.com/pulumi" },
    cache: new Cache("3.259.0", temporaryFolder()),
    companions: async () => [],
    ...changes,
  };
}
