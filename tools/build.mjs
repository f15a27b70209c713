// Builds the workspace and shows that it works: `npm run build`.
import { spawn } from "node:child_process";
import { existsSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const started = Date.now();
const seconds = () => ((Date.now() - started) / 1000).toFixed(1);
const terminal = process.stderr.isTTY;

// the compiler keeps its output for deleted files, and the package would contain it
const provider = fileURLToPath(new URL("../provider/", import.meta.url));
const built = join(provider, "dist");
for (const file of existsSync(built) ? readdirSync(built, { recursive: true, encoding: "utf8" }) : []) {
  const source = file.replace(/(\.d\.ts|\.js)$/, ".ts");
  if (source !== file && !existsSync(join(provider, "src", source))) rmSync(join(built, file));
}

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
