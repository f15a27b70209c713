import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import {
  backendUrl,
  type DeploymentStates,
  organizationOf,
  recoveryFolder,
  savedIdsOf,
  statesBy,
} from "../../../provider/src/dynamic/deployment";
import { FakeClock } from "../../support/fake-clock";
import { temporaryFolder } from "../../support/temporary-folder";

let home: string;
let project: string;

beforeEach(() => {
  home = temporaryFolder();
  project = temporaryFolder();
  mkdirSync(join(project, "program"));
  writeFileSync(join(project, "Pulumi.yaml"), "name: project\n");
});

const place = (more: Record<string, string> = {}) => ({
  environment: { PULUMI_HOME: home, ...more },
  workingFolder: join(project, "program"),
});

describe("the folder of recovery records", () => {
  it("is in Pulumi's home or as configured, relative to the project's folder", () => {
    expect(recoveryFolder(place(), undefined)).toBe(join(home, "hyperv-snapshots", "recovery"));
    expect(recoveryFolder(place(), "shared")).toBe(join(project, "shared"));
    expect(recoveryFolder(place(), join(home, "other"))).toBe(join(home, "other"));
  });
});

describe("the backend", () => {
  const logIn = () =>
    writeFileSync(
      join(home, "credentials.json"),
      JSON.stringify({ current: "https://api.pulumi.com", accessTokens: {} }),
    );
  const nameBackend = (url: string) =>
    writeFileSync(join(project, "Pulumi.yaml"), `name: project\nbackend:\n  url: ${url}\n`);

  it("comes from the environment, else from the project, else from the login", () => {
    expect(backendUrl(place())).toBe("");
    logIn();
    expect(backendUrl(place())).toBe("https://api.pulumi.com");
    nameBackend("s3://states");
    expect(backendUrl(place())).toBe("s3://states");
    expect(backendUrl(place({ PULUMI_BACKEND_URL: "azblob://states" }))).toBe("azblob://states");
  });

  it("of the project is found in each form of the project's file", () => {
    rmSync(join(project, "Pulumi.yaml"));
    writeFileSync(
      join(project, "Pulumi.json"),
      JSON.stringify({ name: "project", backend: { url: "file://./state" } }),
    );
    expect(backendUrl(place())).toBe(pathToFileURL(join(project, "state")).href);
    expect(recoveryFolder(place(), "shared")).toBe(join(project, "shared"));
  });

  it("that is a folder has one identity for every spelling of its path", () => {
    const inProject = pathToFileURL(join(project, "state")).href;
    expect(backendUrl(place({ PULUMI_BACKEND_URL: "file://./state" }))).toBe(inProject);
    nameBackend("file://./state");
    expect(backendUrl(place())).toBe(inProject);
    expect(backendUrl(place({ PULUMI_BACKEND_URL: "file://~" }))).toBe(pathToFileURL(homedir()).href);
  });
});

describe("the ids that the states hold", () => {
  const scope = { backend: "", organization: "organization", project: "project", stack: "test" };
  const stacks = [scope, { ...scope, stack: "renamed" }];
  const states: DeploymentStates = {
    listStacks: async () => stacks,
    exportStack: async ({ stack }) => [{ id: `ID-${stack}` }],
  };

  it("are those of all stacks of the project", async () => {
    expect(await savedIdsOf(states, scope, scope)).toEqual(new Set(["id-test", "id-renamed"]));
  });

  it("are unknown if the stacks can't be listed, or one of their states can't be exported", async () => {
    const exportStack: typeof states.exportStack = async ({ stack }) => (stack === "renamed" ? undefined : []);
    expect(await savedIdsOf({ ...states, exportStack }, scope, scope)).toBe("unknown");
    expect(await savedIdsOf({ ...states, listStacks: async () => undefined }, scope, scope)).toBe("unknown");
  });
});

it("the ids of a project whose backend isn't this one's are unknown", async () => {
  const scope = { backend: "file:///a", organization: "organization", project: "project", stack: "test" };
  const states: DeploymentStates = { listStacks: async () => [], exportStack: async () => [] };
  expect(await savedIdsOf(states, scope, { ...scope, project: "other" })).toEqual(new Set());
  expect(await savedIdsOf(states, scope, { ...scope, backend: "file:///b" })).toBe("unknown");
});

describe("the organization of a stack", () => {
  const scope = { backend: "https://api.pulumi.com", organization: "", project: "project", stack: "test" };
  const asked = (...answers: Awaited<ReturnType<DeploymentStates["listStacks"]>>[]) => {
    const clock = new FakeClock();
    const states: DeploymentStates = { exportStack: async () => [], listStacks: async () => answers.shift() };
    return clock.run(organizationOf(states, scope, clock));
  };
  const stacks = [{ ...scope, organization: "acme" }];

  it("is asked for again when the backend didn't answer", async () => {
    expect(await asked(undefined, undefined, stacks)).toBe("acme");
  });

  it("is never guessed: under another one, a second snapshot would be taken", async () => {
    await expect(asked()).rejects.toThrow("`pulumi stack ls --project project` failed four times");
  });

  it("isn't known without a CLI", async () => {
    expect(await asked([])).toBeUndefined();
  });
});

describe("the Pulumi CLI", () => {
  /** A stand-in that notes each run, and returns a resource whose id is the number of runs; it ends when the file `go` exists. */
  function standIn() {
    const [bin, runs, go] = [temporaryFolder(), join(home, "runs"), join(home, "go")];
    const program = join(bin, "pulumi");
    writeFileSync(
      program,
      `#!/bin/sh
echo "$@" >> '${runs}'
id=$(wc -l < '${runs}')
until [ -e '${go}' ]; do sleep 0.01; done
echo '{"deployment":{"resources":[{"id":"'$id'"}]}}'
`,
    );
    chmodSync(program, 0o755);
    const states = statesBy(place({ PATH: `${bin}:${process.env["PATH"]}` }));
    return { states, runs: () => (existsSync(runs) ? readFileSync(runs, "utf8").trim().split("\n") : []), go };
  }
  const scope = { backend: "", organization: "organization", project: "project", stack: "test" };

  it("runs once for all that ask for a stack at the same time, and again for what is asked while it runs", async () => {
    const { states, runs, go } = standIn();
    const ask = (stack = "test") =>
      Promise.all(Array.from({ length: 20 }, () => states.exportStack({ ...scope, stack })));
    const first = ask();
    await expect.poll(runs).toHaveLength(1);
    const later = ask();
    writeFileSync(go, "");
    expect(new Set((await first).map((resources) => resources?.[0]?.id))).toEqual(new Set(["1"]));
    expect(new Set((await later).map((resources) => resources?.[0]?.id))).toEqual(new Set(["2"]));
    await ask("other");
    expect(runs()).toEqual([
      ...Array.from({ length: 2 }, () => expect.stringContaining("--stack organization/project/test ")),
      expect.stringContaining("--stack organization/project/other "),
    ]);
  });
});
