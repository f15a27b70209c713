import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";

const pluginName = "pulumi-resource-hyperv-snapshots";
const packageName = "pulumi-hyperv-snapshots";

/** What the plugin needs of `@pulumi/pulumi`: the protocol's messages, without the runtime for programs. */
const partsOfPulumi = ["package.json", "LICENSE", "proto"];

/** What of it the protocol's messages need. */
const packagesOfPulumi = ["@grpc/grpc-js", "google-protobuf"];

/**
 * Packs the plugin with everything that it needs except Node, for `pulumi plugin install --file`.
 *
 * @param repository - The folder of the repository, built.
 * @param target - The folder that gets the tarball.
 * @returns The tarball's path.
 */
export function packPlugin(repository: string, target: string): string {
  const provider = join(repository, "provider");
  const { version, dependencies } = readPackage(provider);
  const folder = mkdtempSync(join(tmpdir(), `${pluginName}-`));
  try {
    const own = join(folder, "node_modules", packageName);
    unpackOwn(provider, folder, own);
    const pulumi = findPackage("@pulumi/pulumi", provider);
    for (const part of partsOfPulumi)
      cpSync(join(pulumi, part), join(folder, "node_modules/@pulumi/pulumi", part), { recursive: true });
    const needed = new Set<string>();
    for (const name of packagesOfPulumi) collect(name, pulumi, needed);
    for (const name of Object.keys(dependencies ?? {})) collect(name, provider, needed);
    for (const found of needed) {
      const place = relative(repository, found);
      const isOwn = place.startsWith("provider");
      cpSync(found, isOwn ? join(own, relative(provider, found)) : join(folder, place), {
        recursive: true,
        dereference: true,
      });
    }
    writeLauncher(folder);
    mkdirSync(target, { recursive: true });
    const tarball = join(target, `${pluginName}-v${version}.tar.gz`);
    execFileSync("tar", ["-czf", tarball, "-C", folder, "."]);
    return tarball;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Puts the package's files in place, as npm would. */
function unpackOwn(provider: string, folder: string, own: string): void {
  const shell = process.platform === "win32";
  const packed = execFileSync("npm", ["pack", "--silent", "--pack-destination", folder], {
    cwd: provider,
    shell,
    encoding: "utf8",
  });
  const tarball = join(folder, packed.trim().split("\n").at(-1) ?? "");
  mkdirSync(own, { recursive: true });
  execFileSync("tar", ["-xzf", tarball, "-C", own, "--strip-components=1"]);
  rmSync(tarball);
}

/** Writes the executables at the top of the tarball, where the engine looks for them. */
function writeLauncher(folder: string): void {
  const file = join(folder, pluginName);
  writeFileSync(file, `#!/usr/bin/env node\nrequire("./node_modules/${packageName}/bin/${pluginName}");\n`);
  chmodSync(file, 0o755);
  cpSync(join(folder, "node_modules", packageName, "bin", `${pluginName}.cmd`), `${file}.cmd`);
}

/** Adds a package and whatever it needs. */
function collect(name: string, from: string, found: Set<string>): void {
  const folder = findPackage(name, from);
  if (found.has(folder)) return;
  found.add(folder);
  for (const needed of Object.keys(readPackage(folder).dependencies ?? {})) collect(needed, folder, found);
}

/** Finds a package as Node would, from the folder of the one that needs it. */
function findPackage(name: string, from: string): string {
  for (let folder = from; folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
  }
  throw new Error(`${name} isn't installed: run npm ci.`);
}

function readPackage(folder: string): { version: string; dependencies?: Record<string, string> } {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}
