import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PulumiProject, smallSeed } from "../support/pulumi-project";
import { repositoryFolder } from "../support/repository";
import { takeByHand } from "../support/simulated-hosts";

it("a snapshot that somebody else took is imported as the command says, and up changes nothing", async () => {
  const project = await PulumiProject.create({
    program: { "index.js": "" },
    seed: { ...smallSeed, options: { completion: "atOnce" } },
  });
  const { host, folder } = project;
  takeByHand(host);

  const file = join(folder, "import.json");
  const command = join(repositoryFolder, "provider/bin/hyperv-snapshots.js");
  const words = ["import", "web-tier", "--name", "before", "--file", file, "--json", "--config", "transport=simulated"];
  const store = ["--config", `simulatedHost=${join(folder, "../host.jsonl")}`];
  const output = execFileSync(process.execPath, [command, ...words, ...store], { encoding: "utf8" });
  const { command: shown, program } = JSON.parse(output) as { command: string; program: string };

  const imported = await project.run([...shown.split(" ").slice(1), "--yes", "--skip-preview"]);
  expect(imported.output).toMatch(/1 imported/);
  expect(imported.status).toBe(0);
  project.write("index.js", program.replace(/import (.*) from (.*);/, "const $1 = require($2);"));
  const up = await project.up("--expect-no-changes");
  expect(up.output).toMatch(/2 unchanged/);
  expect(up.status).toBe(0);
  expect(project.snapshotCounts()).toEqual([1, 1]);
});
