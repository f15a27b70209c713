import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { configurationKeys } from "../../provider/src/config";
import { readYaml } from "../support/read-yaml";
import { repositoryFolder } from "../support/repository";

const guide = readFileSync(join(repositoryFolder, "docs/ci.md"), "utf8");
const [gitHub, gitLab] = [...guide.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => readYaml(text)) as [
  { jobs: { up: { steps: Step[] } }; concurrency: { "cancel-in-progress": boolean } },
  { up: { script: string[]; resource_group: string; cache: { paths: string[]; when: string } } },
];

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: { readonly path?: string; readonly key?: string; readonly "restore-keys"?: string };
}

describe("the CI guide", () => {
  const [, key = "", folder = ""] = /pulumi config set hyperv-snapshots:(\w+) (\S+)/.exec(guide) ?? [];

  it("sets a key that exists", () => {
    expect(Object.keys(configurationKeys)).toContain(key);
  });

  it("restores the recovery folder before the run on GitHub Actions, and saves it even after a failure", () => {
    const { steps } = gitHub.jobs.up;
    const at = (found: (step: Step) => boolean | undefined) => steps.findIndex((step) => found(step));
    const restored = at(({ uses }) => uses?.startsWith("actions/cache/restore@"));
    const run = at(({ run: command }) => command?.includes("pulumi up"));
    const saved = at(({ uses }) => uses?.startsWith("actions/cache/save@"));
    expect(restored).toBeGreaterThan(-1);
    expect([restored, run, saved]).toEqual([restored, run, saved].toSorted((a, b) => a - b));
    expect(steps[saved]?.if).toBe("always()");
    for (const step of [steps[restored], steps[saved]]) expect(step?.with?.path).toBe(folder);
    expect(steps[saved]?.with?.key?.startsWith(steps[restored]?.with?.["restore-keys"] ?? "?")).toBe(true);
    expect(gitHub.concurrency["cancel-in-progress"]).toBe(false);
  });

  it("keeps the recovery folder on GitLab, one run at a time", () => {
    expect(gitLab.up.cache).toMatchObject({ paths: [folder], when: "always" });
    expect(gitLab.up.resource_group).not.toBe("");
  });

  it("runs the same commands on both", () => {
    expect(gitHub.jobs.up.steps.flatMap(({ run }) => run ?? [])).toEqual(gitLab.up.script);
  });
});
