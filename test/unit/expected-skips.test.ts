import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import expectedSkips from "../expected-skips.json" with { type: "json" };

const folder = join(import.meta.dirname, "..");
const sources = readdirSync(folder, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => readFileSync(join(folder, name), "utf8"))
  .join("\n");

it.each(expectedSkips)("the listed skip $id belongs to a test", ({ id, tests = [] }) => {
  for (const name of tests) expect(sources).toContain(name.replace(/ >$/, ""));
  if (tests.length === 0) expect(sources).toMatch(new RegExp(`["\`]${id}[:"]`));
});
