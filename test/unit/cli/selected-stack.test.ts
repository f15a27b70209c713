import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { commandConfiguration } from "../../../provider/src/cli/configuration";
import { CommandLine } from "../../support/command-line";
import { exportedSnapshot, exportedState } from "../../support/exported-state";
import { type FakePulumi, fakePulumi } from "../../support/fake-pulumi";

const ours = (keys: Record<string, string>) =>
  Object.fromEntries(Object.entries(keys).map(([name, value]) => [`hyperv-snapshots:${name}`, value]));

/** A project whose stack `dev` configures the host of the command's folder; the environment sets none of it. */
function inProject(more: Partial<FakePulumi> = {}, keys: Record<string, string> = {}) {
  const at = new CommandLine();
  const id = at.takeSnapshot();
  const configuration = ours({ transport: "simulated", simulatedHost: "../host.jsonl", ...keys });
  const state = exportedState([exportedSnapshot("before-upgrade", "1", { snapshotCollectionId: id })]);
  const dev = { configuration, state };
  const stacks = { dev, "acme/shop/dev": dev, prod: { configuration: ours({ transport: "pigeon" }), state } };
  const workingFolder = fakePulumi(at, { selected: "dev", stacks, ...more });
  const environment = { PATH: at.folder };
  const run = (...words: string[]) => at.run(words, { workingFolder, environment });
  return { at, id, workingFolder, environment, run };
}

describe("a command in a Pulumi project", () => {
  it("uses the selected stack's configuration and state, also from a folder below the project's", async () => {
    const { at, workingFolder, environment } = inProject();
    const below = join(workingFolder, "below");
    mkdirSync(below);
    const { exitCode, stdout, stderr } = await at.run(["list"], { workingFolder: below, environment });
    expect(stdout).toMatch(/^web-tier .* 2 {2}resource before-upgrade$/m);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  });

  it("imports a resource with the URN that the program will give it, if the organization is known", async () => {
    const { at, workingFolder, environment } = inProject();
    const id = at.takeSnapshot();
    const words = ["import", id, "--name", "after", "--force", "--file", join(at.folder, "import.json")];
    const meta = async (backend: string, ...more: string[]) => {
      const environmentOf = { ...environment, PULUMI_BACKEND_URL: backend };
      const { value } = await at.json([...words, ...more], { workingFolder, environment: environmentOf });
      return value.resources[0].outputs.__meta;
    };
    const urn = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot::after";
    expect(await meta("file://~")).toEqual({ urn });
    expect(await meta("https://api.pulumi.com")).toBeUndefined();
    expect(await meta("https://api.pulumi.com", "--stack", "acme/shop/dev")).toEqual({ urn, organization: "acme" });
  });

  it("reads a stack that was never updated", async () => {
    const configuration = ours({ transport: "simulated", simulatedHost: "../host.jsonl" });
    const stacks = { dev: { configuration, state: { version: 3, deployment: null } } };
    const { run, id } = inProject({ stacks });
    const { exitCode, stdout } = await run("list");
    expect(stdout).toContain(id.slice(0, 8));
    expect(exitCode).toBe(0);
  });

  it("takes --cwd and --stack as pulumi does", async () => {
    const { at, environment, run } = inProject();
    const elsewhere = await at.run(["list", "--cwd", "project"], { workingFolder: at.folder, environment });
    expect(elsewhere.stdout).toContain("before-upgrade");
    const other = await run("list", "--stack", "prod");
    expect(other).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('"pigeon"') });
    const none = await run("list", "--stack", "nope");
    expect(none).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("no stack named 'nope' found") });
    const outside = await at.run(["list", "--stack", "dev"], { workingFolder: at.folder, environment });
    expect(outside.stderr).toContain("there is no Pulumi project in");
  });

  it("prefers the environment to the stack, and --config to both", async () => {
    const { at, workingFolder, environment } = inProject();
    const hosts = [new CommandLine(), new CommandLine()];
    hosts.map((other, index) => other.host({ hostName: `HV-${index}` }));
    const [first, second] = hosts.map(({ storeFile }) => storeFile);
    const withVariable = { ...environment, HYPERV_SNAPSHOTS_SIMULATED_HOST: String(first) };
    const hostName = async (...words: string[]) =>
      (await at.json(["list", ...words], { workingFolder, environment: withVariable })).value.hostName;
    expect(await hostName()).toBe("HV-0");
    expect(await hostName("--config", `simulatedHost=${second}`)).toBe("HV-1");
  });

  it("leaves out the stack's default connection if this command names a host itself", async () => {
    const connections = JSON.stringify({ east: { transport: "simulated", simulatedHost: "../host.jsonl" } });
    const at = new CommandLine();
    at.host();
    const stacks = { dev: { configuration: ours({ connections, connection: "east" }), state: exportedState([]) } };
    const how = { workingFolder: fakePulumi(at, { selected: "dev", stacks }), environment: { PATH: at.folder } };
    const list = (...words: string[]) => at.json(["list", ...words], how);
    expect((await list()).value.hostName).toBe("HV-TEST");
    const other = new CommandLine();
    other.host({ hostName: "HV-OTHER" });
    const words = ["--config", "transport=simulated", "--config", `simulatedHost=${other.storeFile}`];
    expect((await list(...words)).value.hostName).toBe("HV-OTHER");
    expect((await list("--connection", "east")).value.hostName).toBe("HV-TEST");
  });

  it("starts relative files of the stack at the program's folder, and those of --config where the command runs", () => {
    const stack = {
      name: "dev",
      project: "shop",
      programFolder: "/shop",
      configuration: new Map([
        ["identityFile", "id_ed25519"],
        ["sshConfig", "~/.ssh/config"],
        ["simulatedHost", "from-the-stack.jsonl"],
      ]),
      state: () => Promise.reject(new Error("not needed")),
    };
    const options = { config: ["simulatedHost=given.jsonl"], context: { kind: "stack", stack } as const };
    expect(commandConfiguration(options, { environment: {} })).toMatchObject({
      identityFile: resolve("/shop/id_ed25519"),
      sshConfig: "~/.ssh/config",
      simulatedHost: "given.jsonl",
    });
  });

  it("stops if the stack can't be read, and runs without it after --no-stack", async () => {
    const { at, run } = inProject({ configError: "incorrect passphrase" });
    const refused = await run("list");
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain("incorrect passphrase");
    expect(refused.stderr).toContain("--no-stack");
    const words = ["--config", "transport=simulated", "--config", `simulatedHost=${at.storeFile}`];
    const without = await run("list", "--no-stack", ...words);
    expect(without.exitCode).toBe(0);
    expect(without.stderr).toContain("Owners are unknown, since --no-stack was given");
  });

  it("says that no stack is selected, and that the CLI is missing", async () => {
    const { at, workingFolder, run } = inProject({ selected: undefined as unknown as string });
    const unselected = await run("list");
    expect(unselected.exitCode).toBe(2);
    expect(unselected.stderr).toContain("has no selected stack: select a stack with `pulumi stack select`");
    const withoutCli = await at.run(["list"], { workingFolder, environment: { PATH: workingFolder } });
    expect(withoutCli.exitCode).toBe(2);
    expect(withoutCli.stderr).toContain("the Pulumi CLI isn't on the PATH");
  });

  it("restores by the resource's name, and refuses to destroy what the stack owns", async () => {
    const { id, run } = inProject();
    const restored = await run("restore", "before-upgrade", "--dry-run");
    expect(restored.stdout).toContain(`Snapshot ${id} of VM group web-tier`);
    const mistyped = await run("restore", "before-upgrde", "--dry-run");
    expect(mistyped.stderr).toContain('Did you mean "before-upgrade"?');
    const owned = await run("destroy", id, "--dry-run");
    expect(owned.exitCode).not.toBe(0);
    expect(owned.stderr).toMatch(/the resource urn:\S+::before-upgrade owns it/);
  });

  it("reports the stack in doctor, and what to do if there is none", async () => {
    const { at, run } = inProject();
    expect((await run("doctor")).stdout).toContain("ok      Pulumi stack: dev, with 2 keys of hyperv-snapshots");
    expect((await at.run(["doctor"])).stdout).toMatch(/skipped Pulumi stack: there is no Pulumi project in /);
    const { run: unreadable } = inProject({ configError: "incorrect passphrase" });
    expect((await unreadable("doctor")).stdout).toContain("FAILED  configuration: incorrect passphrase");
  });

  it("shows no secret of the stack in any error", async () => {
    const { run } = inProject({}, { username: "LAB\\me", password: "hunter2", transport: "powershell" });
    for (const words of [["list"], ["doctor"], ["list", "--json"]]) {
      const { stdout, stderr } = await run(...words);
      expect(stdout + stderr).not.toContain("hunter2");
    }
  });
});

describe("restore --latest", () => {
  it("takes the newest snapshot of a group, and needs no stack", async () => {
    const at = new CommandLine();
    const [, newest] = [at.takeSnapshot(), at.takeSnapshot()];
    const { value } = await at.json(["restore", "--latest", "web-tier", "--dry-run"]);
    expect(value).toMatchObject({ snapshotCollectionId: newest, applied: false });
    const none = await at.run(["restore", "--latest", "mail", "--dry-run"]);
    expect(none).toMatchObject({ exitCode: 1, stderr: expect.stringContaining("it has no snapshots") });
    for (const words of [["restore"], ["restore", newest, "--latest", "web-tier"]]) {
      expect(await at.run(words)).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("--latest GROUP") });
    }
  });
});
