import { execFileSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "vitest";
import { executableOnPath } from "../../tools/pulumi-cli/executable-on-path";
import { repositoryFolder } from "./repository";
import { temporaryFolder } from "./temporary-folder";

/** One of the two PowerShells that the transport works with. */
export interface PowerShellEdition {
  readonly name: "PowerShell 7" | "Windows PowerShell 5.1";
  /** What `$PSVersionTable.PSEdition` says. */
  readonly edition: "Core" | "Desktop";
}

/** An engine that wasn't compiled beforehand starts sooner without measuring its own hot paths. */
const quickStart = { DOTNET_TieredPGO: "0" };

/** Both editions; {@link requirePowerShell} skips the one that this machine doesn't have. */
export const powerShellEditions: readonly PowerShellEdition[] = [
  { name: "PowerShell 7", edition: "Core" },
  { name: "Windows PowerShell 5.1", edition: "Desktop" },
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
  if (program === undefined)
    return context.skip("no-powershell: none is named by NODE_POWERSHELL, on the PATH or lent");
  const environment = { NODE_POWERSHELL: programOf(program, wanted), ...quickStart };
  const found = edition.get(wanted.name) ?? askEdition(environment);
  edition.set(wanted.name, found);
  if (found !== wanted.edition) context.skip(`other-powershell: ${program} is of the edition ${found}`);
  return environment;
}

/** The program that plays an edition. The engine is asked by a variable, which the transport passes on to no shell. */
function programOf(program: string, { edition: wanted }: PowerShellEdition): string {
  if (wanted === "Core" || process.platform === "win32") return program;
  const wrapper = join(temporaryFolder(), "powershell");
  const script = `#!/bin/sh\nTEST_POWERSHELL_EDITION=${wanted} exec '${program}' "$@"\n`;
  writeFileSync(wrapper, script, { mode: 0o755 });
  return wrapper;
}

function askEdition(environment: Readonly<Record<string, string>>): string {
  const parameters = ["-NoProfile", "-NonInteractive", "-Command", "[Console]::Out.Write($PSVersionTable.PSEdition)"];
  const options = { encoding: "utf8", env: { ...process.env, ...environment, TERM: "dumb" }, input: "" } as const;
  return execFileSync(environment["NODE_POWERSHELL"] ?? "", parameters, options).trim();
}
