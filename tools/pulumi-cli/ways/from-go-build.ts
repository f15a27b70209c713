import { mkdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { placeCompanions } from "../companions";
import { executableOnPath } from "../executable-on-path";
import { askVersion, isAtLeast } from "../pulumi-version";
import { showAlive } from "../reporting";
import { moduleFolder } from "../repository-files";
import { runChild } from "../run-child";
import type { SearchContext, Way } from "../search-context";

/** Builds the CLI from its source, pinned and checksummed in `go.mod` and `go.sum`, and puts our language host beside it. */
export const fromGoBuild: Way = {
  name: "a build with Go",
  async go(context) {
    const { cache, pinned, env, report } = context;
    const go = executableOnPath("go", env);
    if (go === undefined) return `there is no \`go\` on the PATH (${pinned.goVersion} or newer is needed)`;
    await mustBeFit(go, context);
    const companions = await context.companions();

    report(`Building the Pulumi CLI ${pinned.version} from source with ${go}.`);
    report("  This takes about 6 to 10 minutes on 2 cores, and happens once: the result is kept in");
    report(`  ${cache.cliFolder}`);
    report("  Ctrl+C is safe: what is compiled by then is not compiled again. The short cut, when you have a pulumi");
    report("  executable somewhere: PULUMI_CLI=/path/to/pulumi.");
    await cache.fill(async (folder, command) => {
      // Go leaves its working files behind when it is stopped; in here, they go with the folder.
      const workFolder = join(folder, "work");
      await mkdir(workFolder);
      await build(go, command, { ...context, env: { ...env, GOTMPDIR: workFolder, GOWORK: "off" } });
      await rm(workFolder, { recursive: true });
      await askVersion(command, cache.trialEnvironment(env), context.abortSignal);
      await placeCompanions(dirname(command), companions);
    });
    report(`Built the Pulumi CLI ${pinned.version}: ${cache.command}`);
    return { command: cache.command, version: pinned.version, source: "go build" };
  },
};

/** @throws Error that tells why this Go can't build the module, if it can't. */
async function mustBeFit(go: string, { env, pinned, report, abortSignal }: SearchContext): Promise<void> {
  // Asked away from our go.mod: inside its folder, an older Go starts fetching the wanted one, or just fails.
  const answer = await runChild(go, ["env", "GOVERSION", "GOTOOLCHAIN"], { env, cwd: tmpdir(), abortSignal });
  if (answer.failure !== undefined) throw new Error(`\`${go} env\` ${answer.failure} ${answer.lastWords}`);
  const [version = "", toolchain = ""] = answer.stdout.split("\n").map((line) => line.trim().replace(/^go(?=\d)/, ""));
  if (isAtLeast(version, pinned.goVersion)) return;
  const tooOld = `${go} is version ${version || "unknown"}, and ${pinned.goVersion} or newer is needed`;
  const mayFetchNewer = /^(auto|path|.*\+(auto|path))$/.test(toolchain);
  if (!mayFetchNewer) throw new Error(tooOld);
  report(`${tooOld}; Go fetches that itself.`);
}

async function build(go: string, output: string, context: SearchContext): Promise<void> {
  const { pinned, env, abortSignal } = context;
  const versionVariable = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";
  const flags = ["-mod=readonly", "-buildvcs=false", "-trimpath", "-v"];
  const linkerFlags = `-s -w -X ${versionVariable}=v${pinned.version}`;
  let compiled = 0;
  const building = runChild(go, ["build", ...flags, "-ldflags", linkerFlags, "-o", output, pinned.cliPackage], {
    env,
    cwd: moduleFolder,
    abortSignal,
    // With -v, Go names each package that it compiles.
    onLine: (line) => {
      if (/^[\w./~-]+$/.test(line)) compiled += 1;
    },
  });
  const describe = (elapsed: string) =>
    `Building the Pulumi CLI: ${elapsed}${compiled > 0 ? `, ${compiled} packages compiled` : ""} ...`;
  const { failure, lastWords } = await showAlive(context, describe, building);
  if (failure !== undefined) throw new Error(`\`go build\` ${failure}\n${lastWords}`);
}
