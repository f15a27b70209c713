import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ageText } from "../../../provider/src/cli/age-text";
import { exitCodes } from "../../../provider/src/cli/exit-codes";
import type { Seed } from "../../../provider/src/simulator/seed";
import { CommandLine, quickSeed } from "../../support/command-line";
import { repositoryFolder } from "../../support/repository";

describe("hyperv-snapshots", () => {
  it("exits with a code of the table that --help shows", async () => {
    const at = new CommandLine();
    const help = await at.run(["--help"]);
    expect(help.exitCode).toBe(0);
    for (const { code, meaning } of Object.values(exitCodes))
      expect(help.stdout.replaceAll(/\s+/g, " ")).toContain(` ${code} ${meaning}`);
    for (const name of ["list", "show", "restore", "destroy", "import", "simulate", "doctor", "probe"])
      expect(help.stdout).toContain(`  ${name} `);
    expect((await at.run([])).exitCode).toBe(2);
    expect((await at.run(["lits"])).stderr).toContain("Did you mean list?");
    const usage = await at.json(["list", "--no-such-option"]);
    expect(usage).toMatchObject({ exitCode: 2, value: { error: { code: "USAGE" } } });
  });

  it("reads the configuration from --config and the environment, and reports what is wrong in it", async () => {
    const at = new CommandLine();
    at.host();
    const other = new CommandLine();
    other.host({ hostName: "HV-OTHER" });
    const { value } = await at.json(["list", "--config", `simulatedHost=${other.storeFile}`]);
    expect(value.hostName).toBe("HV-OTHER");
    const environment = {};
    const unset = await at.run(["list"], { environment });
    expect(unset.stderr).toContain("there is no Pulumi project in");
    expect(unset.exitCode).toBe(process.platform === "win32" ? 1 : 2);
    expect(unset.stderr).toContain("Pass --config transport=VALUE (powershell, ");
    expect((await at.run(["list", "--config", "transprot=simulated"])).stderr).toContain("hyperv-snapshots:transport?");
    expect((await at.run(["list", "--config", "transport=pigeon"])).stderr).toContain(
      '"pigeon" isn\'t one of its values',
    );
  });

  it("shows no value that may be a secret, neither in usage errors nor in doctor", async () => {
    const at = new CommandLine();
    at.host();
    for (const words of [
      ["list", "--config", "hunter2"],
      ["list", "--config", "passwrod=hunter2"],
      ["list", "--password=hunter2"],
      ["list", "--password=hunter2", "--json"],
      ["doctor", "--config", "simulatedSeed=hunter2"],
    ]) {
      const { stdout, stderr } = await at.run(words);
      expect(stdout + stderr, words.join(" ")).not.toContain("hunter2");
      expect(stdout + stderr).not.toBe("");
    }
  });

  it("shows an error's message without a stack trace", async () => {
    const at = new CommandLine();
    at.host().injectFault({ verb: "query", connection: "lostBefore" });
    const { exitCode, stderr } = await at.run(["list"]);
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/^Reading on .* was lost before the answer came.*\n$/);
  });

  it("runs through its installed bin script", () => {
    const command = join(repositoryFolder, "provider/bin/hyperv-snapshots.js");
    const run = (...words: string[]) => execFileSync(process.execPath, [command, ...words], { encoding: "utf8" });
    expect(run("--help")).toContain("Usage: hyperv-snapshots");
    expect(run("--version").trim()).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("destroys all snapshots, although its output and its errors are closed", async () => {
    const at = new CommandLine();
    const seed: Seed = { ...quickSeed, jobs: { DestroySnapshot: { seconds: 1.2, progress: "linear" } } };
    at.host(seed).setOption("completion", "atOnce");
    const ids = [at.takeSnapshot("web-tier"), at.takeSnapshot("mail")];
    at.host().setOption("completion", "job");
    const command = join(repositoryFolder, "provider/bin/hyperv-snapshots.js");
    const child = spawn(process.execPath, [command, "destroy", ...ids, "--yes"], {
      cwd: at.folder,
      env: at.environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.stdout.destroy();
    child.stderr.destroy();
    expect(await once(child, "exit")).toEqual([0, null]);
    expect(at.host().query("SELECT * FROM Msvm_SnapshotCollection")).toEqual([]);
  });

  it.runIf(existsSync("/dev/full"))("reports output that can't be written, without a stack trace", () => {
    const command = join(repositoryFolder, "provider/bin/hyperv-snapshots.js");
    const full = openSync("/dev/full", "w");
    const { status, stderr } = spawnSync(process.execPath, [command, "--version"], { stdio: ["ignore", full, "pipe"] });
    closeSync(full);
    expect([status, String(stderr)]).toEqual([1, expect.stringMatching(/^The output can't be written: ENOSPC.*\n$/)]);
  });
});

it.each([
  [0, "0 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [11_520_000, "3 h 12 min"],
  [90_000_000, "1 d 1 h"],
])("%i ms are %s", (milliseconds, text) => {
  expect(ageText(milliseconds)).toBe(text);
});
