import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { executableOnPath } from "../../tools/pulumi-cli/executable-on-path";
import { namedPlugin, yamlProject } from "../support/plugin-project";
import { PulumiProject } from "../support/pulumi-project";
import { repositoryFolder } from "../support/repository";
import { temporaryFolder } from "../support/temporary-folder";
import { installTypeScriptSdk } from "../support/typescript-sdk";

const run = promisify(execFile);
const install = installTypeScriptSdk();
const textOf = (file: string) => readFileSync(join(repositoryFolder, file), "utf8");

/** Expects what every example does: it takes one snapshot, exports its reference, and is destroyed. */
async function expectOneLife(project: PulumiProject): Promise<void> {
  const up = await project.up();
  expect(up.output).toContain("+ 2 created");
  expect(up.status).toBe(0);
  expect(project.snapshotCounts()).toEqual([1, 1]);
  expect(project.stackOutputs()["reference"]).toMatch(/Msvm_SnapshotCollection/);
  expect(project.snapshotsInState()[0]?.inputs["triggers"]).toEqual(["2.1.0"]);
  expect(await project.up("--expect-no-changes")).toMatchObject({ status: 0 });
  expect(await project.destroy()).toMatchObject({ status: 0 });
  expect(project.snapshotCounts()).toEqual([0, 0]);
}

it("the YAML example runs", async (context) => {
  const program = textOf("examples/yaml/Pulumi.yaml").replace(/^name: .*$/m, "name: project");
  await expectOneLife(await yamlProject(context, `${program}plugins: ${JSON.stringify(namedPlugin)}\n`));
});

it("the TypeScript example compiles with the generated SDK, and runs", async () => {
  const project = await PulumiProject.create({
    program: {
      "index.ts": textOf("tools/plugin-schema/examples/collection-snapshot.ts"),
      "tsconfig.json": JSON.stringify({ compilerOptions: { strict: true, target: "es2022", module: "nodenext" } }),
      "Pulumi.yaml": JSON.stringify({ name: "project", runtime: "nodejs", plugins: namedPlugin }),
    },
    install,
  });
  await expectOneLife(project);
});

it("the Go SDK and its example compile", async (context) => {
  const go = executableOnPath("go", process.env) ?? context.skip("no-go: there is no `go` on the PATH");
  const folder = temporaryFolder();
  const sdk = "sdk/go/hypervsnapshots";
  cpSync(join(repositoryFolder, sdk), join(folder, sdk), { recursive: true });
  mkdirSync(join(folder, "program"));
  writeFileSync(join(folder, "program/main.go"), textOf("examples/go/main.go"));
  // the module of the CLI pins what both need
  const pinned = join(repositoryFolder, "tools/pulumi-cli");
  const module = readFileSync(join(pinned, "go.mod"), "utf8");
  writeFileSync(join(folder, "go.mod"), module.replace(/^module .*$/m, "module example.com/pulumi-hyperv-snapshots"));
  cpSync(join(pinned, "go.sum"), join(folder, "go.sum"));
  await run(go, ["vet", "./sdk/go/hypervsnapshots", "./program"], {
    cwd: folder,
    env: { ...process.env, GOWORK: "off" },
  });
}, 1_200_000);
