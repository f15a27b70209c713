import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fillFolder } from "../pulumi-cli/cache";
import type { Reporting } from "../pulumi-cli/reporting";
import { runChild } from "../pulumi-cli/run-child";

/** What tests in other languages need from PyPI. */
const requirements = resolve(__dirname, "../../test/python-packages.txt");

/** How a test finds its Python: the variable holds the path of a `python`, or the one with `_MISSING` the reason why there is none. */
const variable = "TEST_INSTALL_PYTHON";

/**
 * Makes a Python environment with the packages of `python-packages.txt`: once, in the user's cache folder.
 *
 * @returns environment variables for the tests.
 */
export async function preparePython(cacheFolder: string, { report }: Reporting): Promise<Record<string, string>> {
  const isWindows = process.platform === "win32";
  const digest = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = join(cacheFolder, `python-${digest}`);
  const pythonIn = (parent: string) => join(parent, isWindows ? "Scripts/python.exe" : "bin/python");
  const run = async (command: string, ...parameters: string[]) => {
    const { failure, lastWords } = await runChild(command, parameters, { env: process.env, timeoutMs: 600_000 });
    if (failure !== undefined) throw new Error(`${command} ${failure}: ${lastWords}`);
  };
  try {
    if (!existsSync(pythonIn(folder))) {
      report("Installing the Python packages that tests need (once)");
      await fillFolder(folder, async (partial) => {
        await run(isWindows ? "python" : "python3", "-m", "venv", partial);
        const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"];
        await run(pythonIn(partial), ...pip, "--requirement", requirements);
      });
    }
    return { [variable]: pythonIn(folder) };
  } catch (error) {
    const reason = (error as Error).message.split("\n").at(-1) ?? "";
    report(`Can't install the Python packages of the tests: ${reason}`);
    return { [`${variable}_MISSING`]: reason };
  }
}
