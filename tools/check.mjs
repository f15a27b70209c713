// Runs every check and shows those that fail: `npm run check`. Each runs even when one before it has failed.
import { spawnSync } from "node:child_process";

/** What each check proves, and its command. */
const checks = [
  ["the build", "node tools/build.mjs"],
  ["format and lint", "biome check --error-on-warnings"],
  ["types of tests and tools", "tsc -p test"],
  ["types of the benchmark", "tsc --build bench"],
  ["types of the examples", "tsc -p examples"],
  ["import rules", "depcruise provider/src --config .dependency-cruiser.cjs"],
  ["unused code", "knip"],
  ["doc comments", "typedoc"],
  ["the package", "publint provider --strict"],
  ["the package's types", "attw --pack provider --profile node16"],
];

const failed = [];
for (const [name, command] of checks) {
  const started = Date.now();
  const { status, stdout } = spawnSync(command, {
    shell: true,
    encoding: "utf8",
    env: { ...process.env, PATH: `node_modules/.bin${process.platform === "win32" ? ";" : ":"}${process.env["PATH"]}` },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? "ok    " : "FAILED"}  ${name}  (${seconds} s)`);
  if (status !== 0) {
    failed.push(name);
    console.log(`${stdout}\n  again by itself: npx ${command}\n`);
  }
}
if (failed.length > 0) {
  console.log(`${failed.length} of ${checks.length} checks failed: ${failed.join(", ")}`);
  process.exitCode = 1;
}
