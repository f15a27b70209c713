// Installs the Python packages that test/interop uses into the user's cache, once for each list of them: `node tools/interop/install.mjs`.
// Where that can't be done it says so and changes nothing: the tests that need them are then skipped.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import envPaths from "env-paths";

const requirements = fileURLToPath(new URL("requirements.txt", import.meta.url));
const folder = join(envPaths("pulumi-hyperv-snapshots", { suffix: "" }).cache, "interop");
const environment = join(folder, "venv");
const marker = join(folder, "installed.txt");
const wanted = readFileSync(requirements, "utf8");

function run(command, ...parameters) {
  const { status, stderr, error } = spawnSync(command, parameters, { encoding: "utf8" });
  if (status !== 0) throw new Error(error?.message ?? stderr.trim().split("\n").at(-1));
}

if (!existsSync(marker) || readFileSync(marker, "utf8") !== wanted) {
  try {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    run("python3", "-m", "venv", environment);
    run(join(environment, "bin", "pip"), "install", "--quiet", "--requirement", requirements);
    writeFileSync(marker, wanted);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    console.log(`Can't install the Python packages of test/interop: ${error.message}`);
  }
}
