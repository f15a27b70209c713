import { existsSync } from "node:fs";
import type { Command } from "commander";
import { InvalidArgumentError } from "../errors";
import { recordedHost } from "../probe/recorded-host";
import { type Recording, readRecording } from "../probe/recording";
import {
  defaultOptions,
  drawHost,
  type Fault,
  type OptionName,
  optionValues,
  type Seed,
  SimulatedHost,
} from "../simulator/index";
import { readAssignments } from "./assignments";
import type { CommandSite } from "./command-site";
import { type CommonOptions, commandConfiguration, requireStore } from "./configuration";
import type { Report } from "./report";
import { addSimulateServe } from "./simulate-serve";

/** Adds `simulate` and what is below it. Each works on the store, so also while something else works with the host. */
export function addSimulate(program: Command, site: CommandSite): void {
  const simulate: Command = site
    .add(program, "simulate", "make, show and set a simulated host, also while `pulumi up` works with it")
    .option("--from <recording>", "make one that behaves as the host did that `probe` asked")
    .action((options: CommonOptions & { readonly from?: string }) => {
      const { from } = options;
      if (from === undefined) return simulate.help({ error: true });
      return site.run(options, async (report) => {
        simulateRecorded(report, configuration(options).simulatedHost, readRecording(from));
        return "ok";
      });
    })
    // else it would take the options of the subcommands for its own
    .enablePositionalOptions();
  const configuration = (options: CommonOptions) => commandConfiguration(options, site.surroundings);
  const onHost = (options: CommonOptions, work: (host: SimulatedHost, report: Report) => void) =>
    site.run(options, async (report) => {
      const { simulatedHost: storeFile } = configuration(options);
      requireStore(storeFile);
      work(SimulatedHost.open({ storeFile }), report);
      return "ok";
    });

  site
    .add(simulate, "init", "make a simulated host, in the file that the key simulatedHost names")
    .option("--seed <file>", "what it is made from; the key simulatedSeed otherwise")
    .action((options: CommonOptions & { readonly seed?: string }) =>
      site.run(options, async (report) => {
        const { simulatedHost: storeFile, simulatedSeed } = configuration(options);
        const seedFile = options.seed ?? simulatedSeed;
        showHost(report, makeHost(storeFile, seedFile === undefined ? {} : { seedFile }));
        return "ok";
      }),
    );

  site
    .add(simulate, "show", "show its groups, machines and snapshots, and the options that were chosen")
    .action((options: CommonOptions) => onHost(options, (host, report) => showHost(report, host)));

  site
    .add(simulate, "set", "choose how it behaves from now on; without anything, list what can be chosen")
    .argument("[option=value...]")
    .action((assignments: string[], options: CommonOptions) =>
      onHost(options, (host, report) => {
        const wanted = Object.entries(readAssignments(assignments, "text"));
        for (const [name, value] of wanted) host.setOption(name as OptionName, value as never);
        report.result(host.options, () => optionsText(host, wanted.length > 0));
      }),
    );

  site
    .add(
      simulate,
      "fault",
      "make a coming call fail: CreateSnapshot returnValue=32775, or job.endState=10 job.atPercent=40",
    )
    .argument("<method>", "the method that is to fail; a kind of request (get, query ...) with --verb")
    .argument("<outcome=value...>", "returnValue, job.…, connection (lostBefore, lostAfter), delaySeconds, times")
    .option("--verb", "what comes first is a kind of request")
    .action((method: string, outcome: string[], options: CommonOptions & { readonly verb?: boolean }) =>
      onHost(options, (host, report) => {
        const fault = { [options.verb ? "verb" : "method"]: method, ...readAssignments(outcome, "json") } as Fault;
        host.injectFault(fault);
        report.result({ fault }, () => `The next ${fault.times ?? 1} of ${method} will meet it.`);
      }),
    );

  site
    .add(simulate, "restart", "start the host's service anew: its jobs end as the option jobsAtRestart says")
    .option("--down-seconds <seconds>", "how long nobody answers", Number, 0)
    .action((options: CommonOptions & { readonly downSeconds: number }) =>
      onHost(options, (host, report) => {
        const downSeconds = readSeconds(options.downSeconds);
        host.restart({ downSeconds });
        report.result({ downSeconds }, () => `Restarted; nobody answers for ${downSeconds} s.`);
      }),
    );

  site
    .add(simulate, "upgrade", "put another version of the application on machines' disks")
    .argument("<version>")
    .argument("<machine...>", "names or GUIDs")
    .action((version: string, machines: string[], options: CommonOptions) =>
      onHost(options, (host, report) => {
        for (const machine of machines) host.upgradeMachine(machine, version);
        showHost(report, host);
      }),
    );

  site
    .add(simulate, "start", "start machines, which are off after a restore")
    .argument("<machine...>", "names or GUIDs")
    .action((machines: string[], options: CommonOptions) =>
      onHost(options, (host, report) => {
        for (const machine of machines) host.startMachine(machine);
        showHost(report, host);
      }),
    );

  addSimulateServe(simulate, site);
}

/** Makes a host that behaves as a recording says, and tells which answers it can't follow. */
function simulateRecorded(report: Report, storeFile: string, recording: Recording): void {
  const { machines, groups, settled } = recordedHost(recording);
  const canFollow = ([option, answer]: readonly [string, string]) =>
    optionValues[option as OptionName]?.includes(answer) ?? false;
  const answers = Object.entries(settled);
  const options = Object.fromEntries(answers.filter(canFollow));
  const seed = { hostName: "HOST-1", machines, groups, options, mergeSeconds } as unknown as Seed;
  showHost(report, makeHost(storeFile, { seed }));
  const followed = `${Object.keys(options).length} of ${Object.keys(defaultOptions).length} options are as recorded of ${recording.madeBy}; the others have their defaults.`;
  report.note(followed);
  for (const [option, answer] of answers.filter((entry) => !canFollow(entry))) {
    report.note(`${option}: the host's answer was ${answer}, which no value of the option does; it has its default.`);
  }
}

/** Long enough that somebody who probes it sees the machines merge. */
const mergeSeconds = 5;

function makeHost(storeFile: string, from: { readonly seedFile?: string; readonly seed?: Seed }): SimulatedHost {
  if (!existsSync(storeFile)) return SimulatedHost.open({ storeFile, ...from });
  throw new InvalidArgumentError({
    attempted: "Making a simulated host",
    target: storeFile,
    answer: "there is one already",
    outcome: "It stays as it is",
    remedy: "Remove the file first, or choose another one: --config simulatedHost=FILE",
  });
}

function showHost(report: Report, host: SimulatedHost): void {
  const tree = host.tree();
  report.result({ ...tree, options: host.options }, () => {
    const chosen = Object.entries(host.options).filter(([name, value]) => value !== defaultOptions[name as OptionName]);
    return [drawHost(tree), ...chosen.map(([name, value]) => `option ${name}=${value}`)].join("\n");
  });
}

function optionsText({ options }: SimulatedHost, onlyChosen: boolean): string {
  return Object.entries(options)
    .filter(([name, value]) => !onlyChosen || value !== defaultOptions[name as OptionName])
    .map(
      ([name, value]) => `${name}=${value}${onlyChosen ? "" : `  (${optionValues[name as OptionName].join(" | ")})`}`,
    )
    .join("\n");
}

function readSeconds(seconds: number): number {
  if (seconds >= 0) return seconds;
  throw new InvalidArgumentError({
    attempted: "Restarting the simulated host",
    target: "--down-seconds",
    answer: "it is no number of seconds",
    outcome: "Nothing was changed",
    remedy: "Write it as --down-seconds 10",
  });
}
