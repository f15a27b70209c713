import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { schemaFile } from "../plugin-schema/schema-sources";
import { streamReporting } from "../pulumi-cli";
import { findGenSdk, sdkFolder, sdkParts, withGeneratedSdks } from "./generate-sdks";

const repository = join(__dirname, "../../..");

/** Writes the SDKs again: `npm run generate`. */
async function main(): Promise<void> {
  const command = await findGenSdk(streamReporting(process.stderr));
  withGeneratedSdks(command, join(repository, schemaFile), (generated) => {
    for (const part of sdkParts) {
      const folder = join(repository, sdkFolder, part);
      rmSync(folder, { recursive: true, force: true });
      cpSync(join(generated, part), folder, { recursive: true });
    }
  });
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
