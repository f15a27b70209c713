import { dirname, join } from "node:path";
import { placeCompanions } from "../companions";
import { askVersion } from "../pulumi-version";
import { showAlive } from "../reporting";
import { compiledFolder } from "../repository-files";
import { runChild } from "../run-child";
import type { SearchContext, Way } from "../search-context";

/** Whoever has no network waits no longer than this. */
const probeTimeoutMs = 15_000;
const downloadTimeoutMs = 15 * 60_000;

/** Has Pulumi's own installer (that of its Automation API) put the CLI into our cache. */
export const fromInstaller: Way = {
  name: "Pulumi's installer",
  async go(context) {
    const { cache, pinned, env, report, abortSignal } = context;
    const companions = await context.companions();
    report(`Asking Pulumi's server for the CLI ${pinned.version} ...`);
    await runInstaller(["probe"], probeTimeoutMs, context);
    report(`It answers; downloading into ${cache.folder} (about 200 MB, once) ...`);
    await cache.fill(async (folder, command) => {
      const installing = runInstaller(["install", pinned.version, folder], downloadTimeoutMs, context);
      await showAlive(context, (elapsed) => `Pulumi's installer is at work (${elapsed}) ...`, installing);
      await askVersion(command, cache.trialEnvironment(env), abortSignal);
      await placeCompanions(dirname(command), companions);
    });
    report(`Installed the Pulumi CLI ${pinned.version}: ${cache.command}`);
    return { command: cache.command, version: pinned.version, source: "installer" };
  },
};

/** In a process of its own, so that nothing in it can hold up this one. */
async function runInstaller(
  args: readonly string[],
  timeoutMs: number,
  { env, abortSignal }: SearchContext,
): Promise<void> {
  const script = join(compiledFolder, "ways", "run-installer.js");
  const result = await runChild(process.execPath, [script, ...args], { env, abortSignal, timeoutMs });
  if (result.failure !== undefined) throw new Error(result.lastWords || `it ${result.failure}`);
}
