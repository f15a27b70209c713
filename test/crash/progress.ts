import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryFolder } from "../support/repository";

/** Which points of a part of the matrix were passed. */
export interface Progress {
  has(point: string): boolean;
  add(point: string): void;
}

/** Remembers nothing: for a run that is short enough. */
export const noProgress: Progress = { has: () => false, add: () => {} };

const folder = join(repositoryFolder, ".crash");

/** Remembers the points that were passed by this build of the package, so that a stopped run continues there. */
export function keptProgress(part: string): Progress {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${fingerprintOfBuild()}-${part.replaceAll(/\W+/g, "-")}.log`);
  const passed = new Set(existsSync(file) ? readFileSync(file, "utf8").split("\n") : []);
  return {
    has: (point) => passed.has(point),
    add: (point) => {
      if (!passed.has(point)) appendFileSync(file, `${point}\n`);
      passed.add(point);
    },
  };
}

function fingerprintOfBuild(): string {
  const built = join(repositoryFolder, "provider/dist");
  const files = readdirSync(built, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".js"));
  const hash = createHash("sha256");
  for (const name of files.sort()) hash.update(name).update(readFileSync(join(built, name)));
  return hash.digest("hex").slice(0, 12);
}
