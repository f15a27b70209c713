import { writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes a shell script that can be run by its name. */
export function writeScript(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return file;
}
