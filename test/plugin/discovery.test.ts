import { execFileSync } from "node:child_process";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packPlugin } from "../../tools/package/pack-plugin";
import { pluginFolder, yamlProgram, yamlProject } from "../support/plugin-project";
import { repositoryFolder } from "../support/repository";
import { temporaryFolder } from "../support/temporary-folder";

const snapshot = { before: { properties: { collection: "web-tier" } } };
const unnamed = yamlProgram(snapshot, { namesPlugin: false });

it("the engine finds the plugin on the PATH, by a link too", async (context) => {
  const links = temporaryFolder();
  symlinkSync(join(pluginFolder, "pulumi-resource-hyperv-snapshots"), join(links, "pulumi-resource-hyperv-snapshots"));
  const project = await yamlProject(context, unnamed, { path: [links] });
  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("+ 2 created") });
});

it("`pulumi plugin install --file` installs the packed plugin, which needs no file of the repository", async (context) => {
  const tarball = packPlugin(repositoryFolder, temporaryFolder());
  const project = await yamlProject(context, unnamed);
  expect((await project.up()).status, "without a plugin").not.toBe(0);
  const { version } = JSON.parse(
    execFileSync("tar", ["-xzOf", tarball, "./node_modules/pulumi-hyperv-snapshots/package.json"], {
      encoding: "utf8",
    }),
  );
  const install = ["plugin", "install", "resource", "hyperv-snapshots", version, "--file", tarball];
  expect(await project.runWithoutStack(install)).toMatchObject({ status: 0 });
  expect(await project.up()).toMatchObject({ status: 0, output: expect.stringContaining("+ 1 created") });
  expect(await project.destroy()).toMatchObject({ status: 0 });
});

it("`pulumi package get-schema` reads the schema from the executable", async (context) => {
  const project = await yamlProject(context, unnamed);
  const schema = await project.runWithoutStack([
    "package",
    "get-schema",
    join(pluginFolder, "pulumi-resource-hyperv-snapshots"),
  ]);
  expect(schema.status).toBe(0);
  expect(JSON.parse(schema.output)).toMatchObject({
    name: "hyperv-snapshots",
    resources: { "hyperv-snapshots:index:CollectionSnapshot": {} },
  });
});
