// Writes the API reference and the page of all error messages to docs/api, which isn't committed: `npm run docs`.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";

const require = createRequire(import.meta.url);
const run = (script, ...parameters) => {
  const { status } = spawnSync(process.execPath, [script, ...parameters], {
    env: { ...process.env, MESSAGES_PAGE: join("docs", "api", "messages.md") },
    stdio: "inherit",
  });
  if (status !== 0) process.exit(status ?? 1);
};

run(join(require.resolve("typedoc/package.json"), "../bin/typedoc"), "--emit", "docs", "--out", "docs/api");
run(
  join(require.resolve("vitest/package.json"), "../vitest.mjs"),
  "run",
  "--project",
  "unit",
  "test/unit/messages.test.ts",
);
