// Builds the workspace and shows that it works: `npm run build`.
import { spawn } from "node:child_process";
import { createRequire } from "node:module";

const started = Date.now();
const seconds = () => ((Date.now() - started) / 1000).toFixed(1);
const terminal = process.stderr.isTTY;

process.stderr.write(`Building ...${terminal ? "" : "\n"}`);
const alive = terminal ? setInterval(() => process.stderr.write("."), 1000) : undefined;
const compiler = createRequire(import.meta.url).resolve("typescript/bin/tsc");
const build = spawn(process.execPath, [compiler, "--build", ...process.argv.slice(2)], { stdio: "inherit" });
build.on("exit", (code) => {
  clearInterval(alive);
  if (terminal) process.stderr.write("\n");
  process.stderr.write(code === 0 ? `Built in ${seconds()} s.\n` : `The build failed after ${seconds()} s.\n`);
  process.exitCode = code ?? 1;
});
