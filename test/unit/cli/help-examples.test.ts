import { cpSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Seed, SimulatedHost } from "../../../provider/src/simulator/index";
import { CommandLine } from "../../support/command-line";
import { exportedSnapshot, exportedState } from "../../support/exported-state";
import { fakePulumi } from "../../support/fake-pulumi";
import { repositoryFolder } from "../../support/repository";

const quickSeed: Seed = {
  hostName: "HV-TEST",
  machines: ["web-01", "db-01", "lab-01"].map((name) => ({ name, applicationVersion: "1.4.0" })),
  groups: [
    { name: "web-tier", members: ["web-01", "db-01"] },
    { name: "probe lab", members: ["lab-01"] },
  ],
  mergeSeconds: 0,
  options: { completion: "atOnce" },
};

/** The lines of a section of a subcommand's help. */
async function section(title: string, words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await new CommandLine().run([...words, "--help"]);
  const [, ...lines] =
    stdout
      .split("\n\n")
      .find((part) => part.startsWith(`${title}:\n`))
      ?.trimEnd()
      .split("\n") ?? [];
  return lines.map((line) => line.slice(2));
}

const namesBelow = async (...words: string[]) =>
  (await section("Commands", words)).flatMap((line) => /^\w+/.exec(line)?.[0] ?? []).filter((name) => name !== "help");

const subcommands = [
  ...(await namesBelow()).map((name) => [name]),
  ...(await namesBelow("simulate")).map((name) => ["simulate", name]),
];

const examples = await Promise.all(
  subcommands.map(async (words) => (await section("Examples", words)).filter((line) => !line.startsWith("#"))),
);

/** The words of a command line, as a shell reads these. */
const wordsOf = (line: string) =>
  [...line.matchAll(/"([^"]*)"|(\S+)/g)].slice(1).map(([, quoted, plain = ""]) => quoted ?? plain);

/** A project on a host with a snapshot that its stack has, and a later one that it doesn't have. */
function project(): { readonly at: CommandLine; readonly ids: { readonly ours: string; readonly others: string } } {
  const at = new CommandLine();
  at.host(quickSeed);
  const ids = { ours: at.takeSnapshot(), others: at.takeSnapshot() };
  const resource = { snapshotCollectionId: ids.ours, collectionName: "web-tier" };
  const state = exportedState([exportedSnapshot("before-upgrade", "1", resource)]);
  const configuration = { "hyperv-snapshots:transport": "simulated", "hyperv-snapshots:simulatedHost": at.storeFile };
  fakePulumi(at, { selected: "dev", stacks: { dev: { configuration, state } } });
  return { at, ids };
}

const ownFolder = process.cwd();

// before the hook that removes the folder
afterEach(() => process.chdir(ownFolder));

describe("help", () => {
  it.each(subcommands.map((words, index) => [words.join(" "), examples[index] ?? []] as const))(
    "of %s has examples",
    (_, lines) => expect(lines.length).toBeGreaterThan(0),
  );

  it.each(["", ...subcommands.map((words) => words.join(" "))])("of %j fits 80 columns", async (words) => {
    const { stdout } = await new CommandLine().run([...words.split(" ").filter(Boolean), "--help"]);
    const tooLong = stdout.split("\n").filter((line) => line.length > 80 && !line.startsWith("  hyperv-snapshots "));
    expect(tooLong).toEqual([]);
  });

  it.each([...new Set(examples.flat())])("example runs: %s", async (example) => {
    const { at, ids } = project();
    const workingFolder = join(at.folder, "project");
    const words = wordsOf(example).map((word) => (word === "7E426644" ? ids.others.slice(0, 8) : word));
    at.write("project/seed.json", quickSeed);
    if (words[0] === "simulate")
      cpSync(
        join(repositoryFolder, "test/fixtures/recordings/simulated-unusual.json"),
        join(workingFolder, "hyperv-probe.json"),
      );
    SimulatedHost.open({ storeFile: join(workingFolder, "other-host.jsonl"), seed: { hostName: "NODE-B" } });
    const makesHost = /simulate (init|--from)/.test(example);
    const environment = makesHost
      ? { PATH: at.folder, HYPERV_SNAPSHOTS_SIMULATED_HOST: "new.jsonl" }
      : { PATH: at.folder };
    process.chdir(workingFolder);
    // serves until ^C
    const interrupted = () => ({ signal: AbortSignal.abort(), end: () => {} });
    const how = {
      workingFolder,
      environment,
      answers: "yes\n",
      ...(words[1] === "serve" && { interruption: interrupted }),
    };
    const ran = await at.run(words, how);
    // doctor finds that the stand-in for the CLI and the PowerShell are missing
    expect(words[0] === "doctor" ? [0, 3] : [0], ran.stderr).toContain(ran.exitCode);
  });
});
