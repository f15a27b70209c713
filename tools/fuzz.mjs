// Runs the long form of the layer `fuzz`: `npm run test:fuzz`. Each run has other cases, unless FUZZ_SEED says which.
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { createRequire } from "node:module";
import { join } from "node:path";

const { FUZZ_CASES = "100000", FUZZ_SEED = String(randomInt(2 ** 31)) } = process.env;
const vitest = join(createRequire(import.meta.url).resolve("vitest/package.json"), "../vitest.mjs");
console.log(`${FUZZ_CASES} cases; the same ones again: FUZZ_SEED=${FUZZ_SEED} npm run test:fuzz`);
const { status } = spawnSync(process.execPath, [vitest, "run", "--project", "fuzz", ...process.argv.slice(2)], {
  env: { ...process.env, FUZZ_CASES, FUZZ_SEED },
  stdio: "inherit",
});
process.exitCode = status ?? 1;
