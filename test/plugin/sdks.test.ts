import { join } from "node:path";
import { expect, it } from "vitest";
import { findGenSdk, outdatedSdkFiles, sdkFolder, withGeneratedSdks } from "../../tools/gen-sdk/generate-sdks";
import { schemaFile } from "../../tools/plugin-schema/schema-sources";
import { executableOnPath } from "../../tools/pulumi-cli/executable-on-path";
import { repositoryFolder } from "../support/repository";

it("the committed SDKs match the schema; if not, run npm run generate", async (context) => {
  if (executableOnPath("go", process.env) === undefined) context.skip("no-go: there is no `go` on the PATH");
  const command = await findGenSdk({ report: () => {} });
  const outdated = withGeneratedSdks(command, join(repositoryFolder, schemaFile), (generated) =>
    outdatedSdkFiles(generated, join(repositoryFolder, sdkFolder)),
  );
  expect(outdated).toEqual([]);
});
