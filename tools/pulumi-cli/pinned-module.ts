import { readFileSync } from "node:fs";
import { join } from "node:path";
import { moduleFolder } from "./repository-files";

/** What the Go module beside this file pins. */
export interface PinnedModule {
  /** The Pulumi version, without the leading `v`. */
  readonly version: string;
  /** The oldest Go that builds it. */
  readonly goVersion: string;
  /** The Go package of the CLI. */
  readonly cliPackage: string;
}

/**
 * Reads `go.mod`, the one place where the version of the CLI that we fetch or build stands.
 *
 * @throws Error when a line is missing from it.
 */
export function readPinnedModule(text = readFileSync(join(moduleFolder, "go.mod"), "utf8")): PinnedModule {
  const find = (pattern: RegExp) => {
    const found = pattern.exec(text)?.[1];
    if (found === undefined) throw new Error(`tools/pulumi-cli/go.mod has no line that matches ${pattern}.`);
    return found;
  };
  return {
    version: find(/^\s*github\.com\/pulumi\/pulumi\/pkg\/v3 v(\S+)/m),
    goVersion: find(/^go (\S+)/m),
    cliPackage: find(/^tool (\S+)/m),
  };
}
