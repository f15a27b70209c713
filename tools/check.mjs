// Runs every check and shows those that fail: `npm run check`. The build comes first; the others run side by side, on every core.
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { delimiter } from "node:path";

/** What each check proves, and its command. */
const build = ["the build", "node tools/build.mjs"];
const others = [
  ["doc comments", "typedoc"],
  ["import rules", "depcruise provider/src --config .dependency-cruiser.cjs"],
  ["types of tests and tools", "tsc -p test"],
  ["unused code", "knip"],
  ["types of the benchmark", "tsc --build bench"],
  ["types of the examples", "tsc -p examples"],
  ["the package's types", "attw --pack provider --profile node16"],
  ["the package", "publint provider --strict"],
  ["format and lint", "biome check --error-on-warnings"],
  ["words", "node tools/words.mjs"],
];

const env = { ...process.env, PATH: `node_modules/.bin${delimiter}${process.env["PATH"]}` };
const failed = [];
const secondsSince = (started) => ((Date.now() - started) / 1000).toFixed(1);

function run([name, command]) {
  const started = Date.now();
  let output = "";
  const child = spawn(command, { shell: true, env, stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (piece) => (output += piece));
  return new Promise((resolve) => {
    child.once("close", (code) => {
      console.log(`${code === 0 ? "ok    " : "FAILED"}  ${name}  (${secondsSince(started)} s)`);
      if (code !== 0) {
        failed.push(name);
        console.log(`${output}\n  again by itself: npx ${command}\n`);
      }
      resolve();
    });
  });
}

const started = Date.now();
await run(build);
const waiting = [...others];
const lane = async () => {
  for (let next = waiting.shift(); next; next = waiting.shift()) await run(next);
};
await Promise.all(Array.from({ length: availableParallelism() }, lane));
const count = others.length + 1;
const result =
  failed.length > 0 ? `${failed.length} of ${count} checks failed: ${failed.join(", ")}` : `All ${count} checks passed`;
console.log(`${result} (${secondsSince(started)} s)`);
if (failed.length > 0) process.exitCode = 1;
