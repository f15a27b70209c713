import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { oldestPulumiCli } from "../../../provider/src/cli/pulumi-findings";
import { oldestUsableVersion } from "../../../tools/pulumi-cli/pulumi-version";
import { CommandLine } from "../../support/command-line";

interface Shown {
  readonly what: string;
  readonly status: string;
}

/** Makes a project in which everything of Pulumi's is as it should be. */
function pulumiProject(at: CommandLine, { cli = "3.300.0", sdk = "3.248.0" } = {}): void {
  const put = (path: string, text: string) => {
    mkdirSync(dirname(join(at.folder, path)), { recursive: true });
    writeFileSync(join(at.folder, path), text);
  };
  put("node_modules/@pulumi/pulumi/package.json", JSON.stringify({ name: "@pulumi/pulumi", version: sdk }));
  put("node_modules/pulumi-hyperv-snapshots/package.json", JSON.stringify({ name: "pulumi-hyperv-snapshots" }));
  put("node_modules/pulumi-hyperv-snapshots/lifecycle.js", "");
  put("pulumi", `#!/bin/sh\necho v${cli}\n`);
  chmodSync(join(at.folder, "pulumi"), 0o755);
  put("pulumi-resource-pulumi-nodejs", "");
}

async function examine(at: CommandLine) {
  const { exitCode, value } = await at.json(["doctor"]);
  const findings = Object.fromEntries(value.findings.map(({ what, status }: Shown) => [what, status]));
  return { exitCode, isWell: value.isWell, findings, all: JSON.stringify(value.findings) };
}

describe.skipIf(process.platform === "win32")("hyperv-snapshots doctor", () => {
  it("finds no problem in a project that has what it needs", async () => {
    const at = new CommandLine();
    at.host();
    pulumiProject(at);
    const { exitCode, isWell, findings } = await examine(at);
    const { "Pulumi stack": stack, ...others } = findings;
    expect(stack, "this folder isn't a project").toBe("skipped");
    expect(new Set(Object.values(others))).toEqual(new Set(["ok"]));
    expect({ exitCode, isWell }).toEqual({ exitCode: 0, isWell: true });
    expect((await at.run(["doctor"])).stdout).toContain("ok      namespace: root\\virtualization\\v2 answers");
  });

  it("reports the step that fails, and the fix", async () => {
    const at = new CommandLine();
    expect((await examine(at)).findings).toMatchObject({ configuration: "ok", host: "failed", namespace: "skipped" });
    at.environment["HYPERV_SNAPSHOTS_TRANSPORT"] = "pigeon";
    expect((await examine(at)).findings).toMatchObject({ configuration: "failed", transport: "skipped" });
    at.environment["HYPERV_SNAPSHOTS_TRANSPORT"] = "simulated";
    at.host().setOption("rights", "allHidden");
    const unseeing = await examine(at);
    expect(unseeing.findings).toMatchObject({ namespace: "ok", rights: "failed" });
    expect(unseeing.all).toContain("Hyper-V Administrators");
    at.host().setOption("rights", "denied");
    expect((await examine(at)).findings).toMatchObject({ namespace: "failed" });
  });

  it("reports what may hinder a group, and a host without groups", async () => {
    const at = new CommandLine();
    at.host({ machines: [{ name: "a", state: "off" }], groups: [{ name: "g", members: ["a"] }] });
    const off = await examine(at);
    expect(off).toMatchObject({ exitCode: 3, findings: { "VM groups": "ok", "VM group g": "warning" } });
    const empty = new CommandLine();
    empty.host({});
    expect((await examine(empty)).findings).toMatchObject({ "VM groups": "warning" });
  });

  it("finds what is wrong with Pulumi", async () => {
    const at = new CommandLine();
    at.host();
    expect((await examine(at)).findings).toMatchObject({
      "@pulumi/pulumi": "failed",
      "dynamic provider": "failed",
      "one SDK": "skipped",
      "Pulumi CLI": "failed",
      "dynamic provider host": "failed",
    });
    pulumiProject(at, { cli: "3.99.0", sdk: "3.99.0" });
    const own = join(at.folder, "node_modules/pulumi-hyperv-snapshots/node_modules/@pulumi/pulumi");
    mkdirSync(own, { recursive: true });
    writeFileSync(join(own, "package.json"), JSON.stringify({ version: "3.248.0" }));
    expect((await examine(at)).findings).toMatchObject({
      "@pulumi/pulumi": "failed",
      "dynamic provider": "ok",
      "one SDK": "warning",
      "Pulumi CLI": "warning",
    });
  });

  it("checks the plugin, and no npm package, in a project that uses the plugin", async () => {
    const at = new CommandLine();
    at.host();
    pulumiProject(at);
    const check = async (project: string) => {
      at.write("Pulumi.yaml", project);
      const { value } = await at.json(["doctor", "--no-stack"]);
      return Object.fromEntries(value.findings.map(({ what, status }: Shown) => [what, status]));
    };
    const yaml = "name: shop\nruntime: yaml\n";
    const missing = await check(yaml);
    expect(missing).toMatchObject({ plugin: "failed", "Pulumi CLI": "ok" });
    expect(Object.keys(missing)).not.toContain("dynamic provider");
    const named = "plugins: { providers: [{ name: hyperv-snapshots, path: bin }] }\n";
    expect(await check(`${yaml}${named}`)).toMatchObject({ plugin: "ok" });
    at.write("pulumi-resource-hyperv-snapshots", "");
    expect(await check("name: shop\nruntime:\n  name: python\n")).toMatchObject({ plugin: "ok" });
    expect(await check("name: shop\nruntime:\n  name: nodejs\n")).toMatchObject({ "dynamic provider": "ok" });
  });

  it("asks for the same Pulumi CLI as the repository's tools", () => {
    expect(oldestPulumiCli).toBe(oldestUsableVersion);
  });
});
