import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repositoryFolder } from "../support/repository";

const textOf = (path: string) => readFileSync(join(repositoryFolder, path), "utf8");
const readme = textOf("README.md");

describe("the README", () => {
  it("shows the code that the demo runs", () => {
    const snippet = /```ts\n([\s\S]*?)```/.exec(readme)?.[1];
    expect(textOf("examples/simulated-host/index.ts")).toContain(snippet);
  });

  it("gives commands that exist", () => {
    const { scripts } = JSON.parse(textOf("package.json"));
    for (const [, name = ""] of readme.matchAll(/npm run (\w+)/g)) expect(Object.keys(scripts)).toContain(name);
  });
});
