import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-folder";

/** Makes a program that plays a PowerShell that goes wrong. @returns What the environment needs so that it is taken for PowerShell. */
export function fakeShell(mode: string): Record<string, string> {
  const program = join(temporaryFolder(), "pwsh");
  const script = join(import.meta.dirname, "fake-shell.cjs");
  writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${script}' '${mode}'\n`, { mode: 0o755 });
  return { NODE_POWERSHELL: program };
}
