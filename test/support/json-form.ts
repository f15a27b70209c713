import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020";
import { repositoryFolder } from "./repository";

const schema = JSON.parse(readFileSync(join(repositoryFolder, "docs/json/v1.schema.json"), "utf8"));

const ajv = new Ajv2020({
  schemas: { v1: schema },
  formats: { "date-time": true },
  allowUnionTypes: true,
  strict: false,
});

/** Fails when a value of `--json` isn't what `docs/json/v1.schema.json` says of its subcommand. */
export function requireDocumentedForm(subcommand: string, value: unknown): void {
  const validate = ajv.getSchema(`v1#/$defs/${subcommand}`);
  if (!validate) throw new Error(`docs/json/v1.schema.json doesn't describe "${subcommand}"`);
  if (validate(value)) return;
  const errors = ajv.errorsText(validate.errors, { dataVar: subcommand });
  throw new Error(`the output isn't what docs/json/v1.schema.json says: ${errors}`);
}
