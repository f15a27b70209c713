import { createRequire } from "node:module";
import type { PulumiCommandOptions } from "@pulumi/pulumi/automation";

const installerUrl = "https://get.pulumi.com/install.sh";
const answerTimeoutMs = 10_000;

type Version = NonNullable<PulumiCommandOptions["version"]>;

/** A process of its own: `run-installer.js probe`, `run-installer.js install VERSION FOLDER`. */
async function main([task, version, folder]: readonly string[]): Promise<void> {
  if (task === "probe") await probe();
  else await install(version!, folder!);
}

/** Asks Pulumi's server for a sign of life; the installer itself waits two minutes for one. */
async function probe(): Promise<void> {
  try {
    await fetch(installerUrl, { method: "HEAD", signal: AbortSignal.timeout(answerTimeoutMs) });
  } catch (error) {
    const { message, cause } = error as Error;
    throw new Error(`${installerUrl} doesn't answer (${cause instanceof Error ? cause.message : message})`);
  }
}

async function install(version: string, folder: string): Promise<void> {
  const fromSdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));
  const { PulumiCommand } = fromSdk("./automation") as typeof import("@pulumi/pulumi/automation");
  const { SemVer } = fromSdk("semver") as { SemVer: new (text: string) => Version };
  await PulumiCommand.install({ root: folder, version: new SemVer(version) });
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error.message);
    process.exit(1);
  },
);
