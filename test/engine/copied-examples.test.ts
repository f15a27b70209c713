import { execFile } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { expect, it, type TestContext, vi } from "vitest";
import { packPlugin } from "../../tools/package/pack-plugin";
import { findPulumiCli, pulumiEnvironment } from "../../tools/pulumi-cli";
import { executableOnPath } from "../../tools/pulumi-cli/executable-on-path";
import { preparedInstall } from "../support/prepared-install";
import { repositoryFolder } from "../support/repository";
import { temporaryFolder } from "../support/temporary-folder";

// each follows the commands of an example's README in a shell; the CLI runs several times
vi.setConfig({ testTimeout: 600_000 });

const examples = join(repositoryFolder, "examples");

/** The commands of a README, for a copy of the example in `folder` and with the packages of `repository`. */
function commandsOf(name: string, folder: string, repository: string): string {
  const readme = readFileSync(join(examples, name, "README.md"), "utf8");
  const [, commands = ""] = /^```sh\n([\s\S]*?)^```$/m.exec(readme) ?? [];
  expect(commands).toContain(`cp -r examples/${name} /tmp/try && cd /tmp/try\n`);
  return commands.replaceAll("/tmp/try", folder).replaceAll("REPOSITORY", repository);
}

/** A folder with what the READMEs use of the repository: the examples, the SDKs, and the packed plugin. */
function repositoryWithPackages(packsPlugin: boolean): string {
  const folder = temporaryFolder();
  for (const part of ["examples", "sdk"]) symlinkSync(join(repositoryFolder, part), join(folder, part));
  if (packsPlugin) packPlugin(repositoryFolder, join(folder, "dist"));
  return folder;
}

/** Commands in place of those that need the network: `npm install` links what `tools/test/main.ts` installed from the tarball. */
function commandsWithoutNetwork(context: TestContext): string {
  const folder = temporaryFolder();
  const packed = preparedInstall(context, "PACKED", "no-packed-install");
  const commands = { npm: `ln -s '${join(packed, "node_modules")}' node_modules`, pip: "true" };
  for (const [name, command] of Object.entries(commands)) {
    writeFileSync(join(folder, name), `#!/bin/sh\nset -e\ntest "$1" = install\n${command}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return folder;
}

/** Follows a README, and more commands after it, in a copy of the example. @returns What they printed, and the copy's folder. */
async function follow(
  context: TestContext,
  name: string,
  { plugin = false, without = /^$/, more = "", env = {} as NodeJS.ProcessEnv } = {},
): Promise<{ readonly output: string; readonly folder: string }> {
  const root = temporaryFolder();
  const [folder, backend] = [join(root, "try"), join(root, "backend")];
  mkdirSync(backend);
  const repository = repositoryWithPackages(plugin);
  const base = { ...process.env, ...env };
  base["PATH"] = [commandsWithoutNetwork(context), base["PATH"]].join(delimiter);
  const options = { home: join(root, "home"), backend: pathToFileURL(backend).href, passphrase: "test", base };
  const lines = commandsOf(name, folder, repository).split("\n");
  const script = [...lines.filter((line) => !without.test(line)), more].join("\n");
  const environment = pulumiEnvironment(await findPulumiCli(), options);
  const [status, output] = await new Promise<[number, string]>((resolve) => {
    execFile("sh", ["-ec", script], { cwd: repository, env: environment }, (error, stdout, stderr) =>
      resolve([error ? 1 : 0, stdout + stderr]),
    );
  });
  expect(status, output).toBe(0);
  return { output, folder };
}

/** The snapshots of each machine of the host's last group. */
function snapshotNames(folder: string): string[] {
  const { groups } = SimulatedHost.open({ storeFile: join(folder, "simulated-host.jsonl") }).tree();
  return groups.at(-1)?.machines.map(({ snapshots }) => snapshots.map(({ name }) => name).join()) ?? [];
}

it.for<[name: string, said: string[], onHost: RegExp]>([
  ["simulated-host", ["+ 2 created"], /^before-upgrade$/],
  ["before-upgrade", ["+ 3 created", "+-1 replaced"], /^before 1\.6\.0$/],
  ["group-and-snapshot", ["+ 3 created"], /^before-upgrade$/],
  ["import-existing", ["= 1 imported", "2 unchanged"], /^(db|web)-0\d - \(/],
  ["automation-api", ["Msvm_SnapshotCollection.CollectionID", "- 2 deleted"], /^$/],
])("%s runs from a copy, by the commands of its README", async ([name, said, onHost], context) => {
  const { output, folder } = await follow(context, name);
  for (const text of said) expect(output).toContain(text);
  expect(snapshotNames(folder)).toEqual(Array(3).fill(expect.stringMatching(onHost)));
});

it("yaml runs from a copy with the installed plugin, by the commands of its README", async (context) => {
  preparedInstall(context, "YAML", "no-yaml-host"); // the CLI finds it on its PATH
  const { output, folder } = await follow(context, "yaml", { plugin: true });
  expect(output).toContain("+ 2 created");
  expect(snapshotNames(folder)).toHaveLength(3);
});

it("python runs from a copy with the installed plugin", async (context) => {
  const python = preparedInstall(context, "PYTHON", "no-python-packages");
  // without Pulumi's language host for Python, an inline program of the Automation API stands for `pulumi up`
  const { output } = await follow(context, "python", {
    plugin: true,
    without: /^pulumi up$/,
    more: `${python} -c '${inlineProgram}'`,
    env: {
      PYTHONPATH: pythonSdk(),
      // an inline program has a project of its own, without this one's configuration
      HYPERV_SNAPSHOTS_TRANSPORT: "simulated",
      HYPERV_SNAPSHOTS_SIMULATED_HOST: join(temporaryFolder(), "host.jsonl"),
      HYPERV_SNAPSHOTS_SIMULATED_SEED: join(examples, "python/seed.json"),
    },
  });
  expect(output).toContain("taken: True");
  expect(output).toContain("unchanged: True");
});

it("go resolves all its packages in a copy, by the commands of its README", async (context) => {
  if (executableOnPath("go", process.env) === undefined) context.skip("no-go: there is no `go` on the PATH");
  await follow(context, "go", { plugin: true, without: /^pulumi up$/, more: "go list -deps . >/dev/null" });
});

it("every example has a README and a test here", () => {
  const folders = readdirSync(examples, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const scripts = ["automation-api", "before-upgrade", "group-and-snapshot", "import-existing", "simulated-host"];
  expect(folders.map(({ name }) => name).sort()).toEqual([...scripts, "go", "python", "yaml"].sort());
  for (const name of scripts.slice(1)) {
    // Pulumi's own TypeScript is 3.8, too old for the examples
    const { devDependencies } = JSON.parse(readFileSync(join(examples, name, "package.json"), "utf8"));
    expect(devDependencies, name).toHaveProperty("typescript");
  }
});

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

program = lambda: runpy.run_path("__main__.py") and None
stack = auto.create_or_select_stack("test", project_name="inline", program=program, work_dir=".")
first = stack.up()
print("taken:", "Msvm_SnapshotCollection" in first.outputs["reference"].value)
second = stack.up()
print("unchanged:", second.summary.resource_changes == {"same": 2})
stack.destroy()
`;
