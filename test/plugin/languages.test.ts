import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { executableOnPath } from "../../tools/pulumi-cli/executable-on-path";
import { namedPlugin, pluginFolder, yamlProject } from "../support/plugin-project";
import { preparedInstall } from "../support/prepared-install";
import { PulumiProject } from "../support/pulumi-project";
import { repositoryFolder } from "../support/repository";
import { temporaryFolder } from "../support/temporary-folder";
import { installTypeScriptSdk } from "../support/typescript-sdk";

const run = promisify(execFile);
const install = installTypeScriptSdk();
const example = (extension: string) =>
  readFileSync(join(repositoryFolder, `tools/plugin-schema/examples/collection-snapshot.${extension}`), "utf8");

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
  const program = example("yaml").replace(/^name: .*$/m, "name: project");
  await expectOneLife(await yamlProject(context, `${program}plugins: ${JSON.stringify(namedPlugin)}\n`));
});

it("the TypeScript example compiles with the generated SDK, and runs", async () => {
  const project = await PulumiProject.create({
    program: {
      "index.ts": example("ts"),
      "tsconfig.json": JSON.stringify({ compilerOptions: { strict: true, target: "es2022", module: "nodenext" } }),
      "Pulumi.yaml": JSON.stringify({ name: "project", runtime: "nodejs", plugins: namedPlugin }),
    },
    install,
  });
  await expectOneLife(project);
});

it("the Python example runs in an inline program of the Automation API", async (context) => {
  const project = await PulumiProject.create({
    program: { "index.js": "", "example.py": example("py"), "inline.py": inlineProgram },
  });
  const python = preparedInstall(context, "PYTHON", "no-python-packages");
  const result = await project.runProgram(python, ["inline.py"], {
    PYTHONPATH: pythonSdk(),
    // an inline program has a project of its own: the plugin is on the PATH, and the configuration in the environment
    PATH: [pluginFolder, project.path].join(delimiter),
    HYPERV_SNAPSHOTS_TRANSPORT: "simulated",
    HYPERV_SNAPSHOTS_SIMULATED_HOST: join(project.folder, "../host.jsonl"),
  });
  expect(result.output).toContain("taken: True");
  expect(result.output).toContain("unchanged: True");
  expect(result.status).toBe(0);
  expect(project.host.methodCalls["CreateSnapshot"]).toBe(1);
  expect(project.snapshotCounts()).toEqual([0, 0]);
});

it("the Go SDK and its example compile", async (context) => {
  const go = executableOnPath("go", process.env) ?? context.skip("no-go: there is no `go` on the PATH");
  const folder = temporaryFolder();
  cpSync(join(repositoryFolder, "sdk/go"), join(folder, "sdk/go"), { recursive: true });
  mkdirSync(join(folder, "program"));
  writeFileSync(join(folder, "program/main.go"), example("go"));
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

/** Makes a folder with the Python SDK and what pip would write beside it, without the network that a build by pip needs. */
function pythonSdk(): string {
  const folder = temporaryFolder();
  const name = "pulumi_hyperv_snapshots";
  cpSync(join(repositoryFolder, "sdk/python", name), join(folder, name), { recursive: true });
  mkdirSync(join(folder, `${name}-0.1.0.dist-info`));
  writeFileSync(join(folder, `${name}-0.1.0.dist-info/METADATA`), `Name: ${name}\nVersion: 0.1.0\n`);
  return folder;
}

const inlineProgram = `
import runpy
from pulumi import automation as auto

stack = auto.select_stack("test", project_name="project", program=lambda: runpy.run_path("example.py") and None, work_dir=".")
first = stack.up()
print("taken:", "Msvm_SnapshotCollection" in first.outputs["reference"].value)
second = stack.up()
print("unchanged:", second.summary.resource_changes == {"same": 2})
stack.destroy()
`;
