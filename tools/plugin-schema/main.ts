import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeSchema } from "./make-schema";
import { schemaFile, schemaSources } from "./schema-sources";

const folder = join(__dirname, "../../..");

/** Loads a module of the built package. */
const built = (file: string) => require(join(folder, "provider/dist", file));

const sources = schemaSources(folder, {
  ...built("config.js"),
  ...built("snapshot/properties.js"),
});
writeFileSync(join(folder, schemaFile), `${JSON.stringify(makeSchema(sources), null, 2)}\n`);
