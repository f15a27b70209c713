import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { linesOfPicture, pictureLines, stableLines } from "../../tools/demo/picture";
import { findPulumiCli } from "../../tools/pulumi-cli";
import { repositoryFolder } from "../support/repository";
import { temporaryFolder } from "../support/temporary-folder";

// eight runs of the demo, several of the CLI in each
vi.setConfig({ testTimeout: 1_200_000 });

it("npm run demo takes a snapshot, restores the machines from it, removes it, and resumes after a kill", async () => {
  const { command } = await findPulumiCli();
  const folder = join(temporaryFolder(), "demo");
  const env = { ...process.env, DEMO_FOLDER: folder, PULUMI_CLI: command, NO_COLOR: "1" };
  const demo = (...parameters: string[]) =>
    execFileSync(process.execPath, [join(repositoryFolder, "tools/dist/demo/main.js"), ...parameters], {
      cwd: repositoryFolder,
      env,
      encoding: "utf8",
    });
  const snapshots = (output: string) => output.match(/snapshot "/g)?.length ?? 0;

  expect(demo("--help")).toContain("npm run demo -- kill ");
  expect(demo("destroy")).toContain("There is nothing to destroy");
  expect(demo("restore")).toContain("There is no host yet");
  const first = demo();
  expect(first.indexOf("HV-DEMO (simulated)")).toBeLessThan(first.indexOf("$ pulumi up"));
  expect(first).toMatch(
    / {2}\\\\HV-DEMO\\root\\virtualization\\v2:Msvm_SnapshotCollection\.CollectionID="[0-9A-F-]{36}"/,
  );
  expect(snapshots(first)).toBe(3);
  const picture = linesOfPicture(readFileSync(join(repositoryFolder, "docs/demo.svg"), "utf8"));
  expect(stableLines(picture), "docs/demo.svg: write it again with npm run picture").toEqual(
    stableLines(pictureLines(first)),
  );
  const broken = demo("break");
  expect(broken.match(/running {2}application 2\.0\.0 \(broken\)$/gm)).toHaveLength(3);
  const restored = demo("restore");
  expect(restored).toContain("$ hyperv-snapshots restore --latest web-tier --yes");
  expect(restored).toContain("No machine is running.");
  expect(restored.match(/running {2}application 1\.4\.0$/gm)).toHaveLength(3);
  expect(restored).not.toContain("broken)");
  expect(snapshots(demo("destroy"))).toBe(0);
  const killed = demo("kill");
  expect(killed).toContain("Pulumi's state has 0 snapshots");
  expect(killed.trimEnd()).toMatch(/CreateSnapshot sent 1 · snapshots on the host 1 · in the state 1$/);
  expect(demo("reset")).toContain("Deleted the demo");
});
