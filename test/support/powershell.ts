import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "vitest";
import { executableOnPath } from "../../tools/pulumi-cli/executable-on-path";
import { repositoryFolder } from "./repository";

/** One of the two PowerShells that the transport works with. */
export interface PowerShellEdition {
  readonly name: "PowerShell 7" | "Windows PowerShell 5.1";
  /** What `$PSVersionTable.PSEdition` says. */
  readonly edition: "Core" | "Desktop";
  /** What a shell's environment needs to be it. */
  readonly environment: Readonly<Record<string, string>>;
}

/** An engine that wasn't compiled beforehand starts sooner without measuring its own hot paths. */
const quickStart = { DOTNET_TieredPGO: "0" };

/** Both editions; a PowerShell that can't play the other one is told so by {@link requirePowerShell}. */
export const powerShellEditions: readonly PowerShellEdition[] = [
  { name: "PowerShell 7", edition: "Core", environment: { ...quickStart, TEST_POWERSHELL_EDITION: "Core" } },
  {
    name: "Windows PowerShell 5.1",
    edition: "Desktop",
    environment: { ...quickStart, TEST_POWERSHELL_EDITION: "Desktop" },
  },
];

/** The PowerShell of this machine, for tests: the one that is named, on the PATH, or lent beside the repository. */
export function findPowerShell(env: NodeJS.ProcessEnv = process.env): string | undefined {
  const lent = join(repositoryFolder, "../shared/tools/powershell/engine/pwsh");
  return (
    env["NODE_POWERSHELL"] ??
    executableOnPath("pwsh", env) ??
    executableOnPath("powershell", env) ??
    (existsSync(lent) ? lent : undefined)
  );
}

const edition = new Map<string, string>();

/**
 * The environment in which the transport finds the PowerShell of an edition. Skips the test where there is none.
 *
 * Put beside it what {@link CimHostServer.environment} says.
 */
export function requirePowerShell(context: TestContext, wanted: PowerShellEdition): Readonly<Record<string, string>> {
  const program = findPowerShell();
  if (program === undefined) context.skip("no-powershell: none is named by NODE_POWERSHELL, on the PATH or lent");
  const environment = { NODE_POWERSHELL: program, ...wanted.environment };
  const found = edition.get(wanted.name) ?? askEdition(environment);
  edition.set(wanted.name, found);
  if (found !== wanted.edition) context.skip(`other-powershell: ${program} is of the edition ${found}`);
  return environment;
}

function askEdition(environment: Readonly<Record<string, string>>): string {
  const parameters = ["-NoProfile", "-NonInteractive", "-Command", "[Console]::Out.Write($PSVersionTable.PSEdition)"];
  const options = { encoding: "utf8", env: { ...process.env, ...environment, TERM: "dumb" }, input: "" } as const;
  return execFileSync(environment["NODE_POWERSHELL"] ?? "", parameters, options).trim();
}
