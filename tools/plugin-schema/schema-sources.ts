import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SchemaSources } from "./make-schema";

/** The file that the plugin answers `GetSchema` with; relative to the repository. */
export const schemaFile = "provider/src/plugin/schema.json";

/** Puts together what a schema is made of; the tables come built (`npm run generate`) or as sources (the test). */
export function schemaSources(
  folder: string,
  tables: Pick<SchemaSources, "configurationKeys" | "environmentVariable"> & {
    readonly replacingInputs: readonly string[];
  },
): SchemaSources {
  const { version } = JSON.parse(readFileSync(join(folder, "provider/package.json"), "utf8"));
  return {
    folder,
    version,
    configurationKeys: tables.configurationKeys,
    environmentVariable: tables.environmentVariable,
    replacing: { CollectionSnapshot: tables.replacingInputs, VirtualSystemCollection: ["connection"] },
  };
}
