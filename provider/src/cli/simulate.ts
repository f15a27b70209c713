import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { InvalidArgumentError } from "../errors";
import { recordedHost } from "../probe/recorded-host";
import { type Recording, readRecording } from "../probe/recording";
import {
  defaultOptions,
  drawHost,
  type Fault,
  hostBehaviours,
  type OptionName,
  optionValues,
  type Seed,
  SimulatedHost,
  sampleSeed,
} from "../simulator/index";
import { readAssignments } from "./assignments";
import type { CommandSite } from "./command-site";
import { type CommonOptions, commandConfiguration, requireStore } from "./configuration";
import type { Report } from "./report";
import { addSimulateServe } from "./simulate-serve";
import { wrapped } from "./wrapped";

/** Works with the host that is configured. */
type OnHost = (
  options: CommonOptions,
  work: (host: SimulatedHost, report: Report) => void | Promise<void>,
) => Promise<void>;

interface InitOptions extends CommonOptions {
  readonly seed?: string;
  readonly sample?: boolean;
}

/** Adds `simulate` and its subcommands. Each works on the host's file, also while `pulumi up` works with it. */
export function addSimulate(program: Command, site: CommandSite): void {
  const simulate: Command = site
    .add(program, "simulate", "create, show and change a simulated host, also while `pulumi up` works with it", [
      ["hyperv-snapshots simulate init --sample", "a host to try things on"],
      ["hyperv-snapshots simulate fault CreateSnapshot job.endState=10", "the next snapshot's job fails"],
      ["hyperv-snapshots simulate --from hyperv-probe.json", "a host that behaves as yours did"],
    ])
    .option("--from <recording>", "create one that behaves as the host that `probe` asked")
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
  const onHost: OnHost = (options, work) =>
    site.run(options, async (report) => {
      const { simulatedHost: storeFile } = configuration(options);
      requireStore(storeFile);
      await work(SimulatedHost.open({ storeFile }), report);
      return "ok";
    });

  site
    .add(simulate, "init", "create a simulated host in the file that the key simulatedHost names", [
      ["hyperv-snapshots simulate init --sample"],
      ["hyperv-snapshots simulate init --seed seed.json --config simulatedHost=host.jsonl"],
    ])
    .addOption(new Option("--sample", "give it a VM group of three running machines").conflicts("seed"))
    .option("--seed <file>", "the machines and groups it has; default: the key simulatedSeed")
    .action((options: InitOptions) =>
      site.run(options, async (report) => {
        const { simulatedHost: storeFile, simulatedSeed } = configuration(options);
        const seedFile = options.seed ?? simulatedSeed;
        const from = options.sample ? { seed: sampleSeed } : seedFile === undefined ? {} : { seedFile };
        showHost(report, makeHost(storeFile, from));
        return "ok";
      }),
    );

  site
    .add(simulate, "show", "show its groups, machines and snapshots, and the options that were chosen", [
      ["hyperv-snapshots simulate show"],
    ])
    .action((options: CommonOptions) => onHost(options, (host, report) => showHost(report, host)));

  addBehaviour(simulate, site, onHost);
  addHostEvents(simulate, site, onHost);
  addMachineEvents(simulate, site, onHost);
  addSimulateServe(simulate, site);
}

/** Adds what changes how the host behaves. */
function addBehaviour(simulate: Command, site: CommandSite, onHost: OnHost): void {
  site
    .add(simulate, "set", "choose how it behaves from now on; without an option, list all options", [
      ["hyperv-snapshots simulate set membersOff=accept dependents=removed"],
    ])
    .argument("[option=value...]")
    .addHelpText("after", optionsHelp)
    .action((assignments: string[], options: CommonOptions) =>
      onHost(options, (host, report) => {
        const wanted = Object.entries(readAssignments(assignments, "text"));
        for (const [name, value] of wanted) host.setOption(name as OptionName, value as never);
        report.result(host.options, () => optionsText(host, wanted.length > 0));
      }),
    );

  site
    .add(simulate, "fault", "make the next request of a kind fail", [
      ["hyperv-snapshots simulate fault CreateSnapshot returnValue=32775"],
      ["hyperv-snapshots simulate fault CreateSnapshot job.endState=10 job.atPercent=40"],
      ["hyperv-snapshots simulate fault CreateSnapshot hresult=0x80041001 takesEffect=true"],
      ["hyperv-snapshots simulate fault query --verb className=Msvm_ConcreteJob hresult=0x80041013 times=3"],
    ])
    .argument("<method>", "the method that fails; with --verb, a kind of request (get, query, …)")
    .argument(
      "<outcome=value...>",
      "one of returnValue, hresult, miResult, job.…, namesResult, connection (lostBefore, lostAfter), delaySeconds; also takesEffect, className, times",
    )
    .option("--verb", "the first word is a kind of request")
    .action((method: string, outcome: string[], options: CommonOptions & { readonly verb?: boolean }) =>
      onHost(options, (host, report) => {
        const fault = { [options.verb ? "verb" : "method"]: method, ...readAssignments(outcome, "json") } as Fault;
        host.injectFault(fault);
        const times = fault.times ?? 1;
        report.result({ fault }, () =>
          times === 1 ? `The next ${method} fails so.` : `The next ${times} of ${method} fail so.`,
        );
      }),
    );
}

/** Adds what happens to the host as a whole. */
function addHostEvents(simulate: Command, site: CommandSite, onHost: OnHost): void {
  site
    .add(simulate, "restart", "restart the computer; the option jobsAtRestart says what happens to running jobs", [
      ["hyperv-snapshots simulate restart --down-seconds 60"],
    ])
    .option("--down-seconds <seconds>", "how long it doesn't answer", Number, 0)
    .action((options: CommonOptions & { readonly downSeconds: number }) =>
      onHost(options, (host, report) => {
        const downSeconds = readSeconds("--down-seconds", options.downSeconds);
        host.restart({ downSeconds });
        report.result({ downSeconds }, () => `Restarted. The host doesn't answer for ${downSeconds} s.`);
      }),
    );

  site
    .add(
      simulate,
      "vmms",
      "stop or start VMMS, Hyper-V's service; the option stoppedVmms says what requests find then",
      [["hyperv-snapshots simulate vmms stop"], ["hyperv-snapshots simulate vmms start --starting-seconds 10"]],
    )
    .argument("<stop|start>")
    .option("--starting-seconds <seconds>", "how long it takes to start", Number, 0)
    .action((word: string, options: CommonOptions & { readonly startingSeconds: number }) =>
      onHost(options, (host, report) => {
        const startingSeconds = readSeconds("--starting-seconds", options.startingSeconds);
        if (word === "stop") host.stopVmms();
        else if (word === "start") host.startVmms({ startingSeconds });
        else throw badWord(word);
        report.result({ vmms: host.vmms }, () => `VMMS is ${host.vmms}.`);
      }),
    );

  site
    .add(simulate, "rename", "give the host another name", [["hyperv-snapshots simulate rename HV-NEW"]])
    .argument("<hostName>")
    .action((hostName: string, options: CommonOptions) =>
      onHost(options, (host, report) => {
        host.rename(hostName);
        showHost(report, host);
      }),
    );
}

/** Adds what a person does to machines. */
function addMachineEvents(simulate: Command, site: CommandSite, onHost: OnHost): void {
  const names = "names or GUIDs";
  const untilTaken = (seconds: number) => site.surroundings.clock.sleep(Math.ceil(seconds * 1000));
  site
    .add(simulate, "snapshot", "take a snapshot of a VM group by hand, which no stack manages", [
      ["hyperv-snapshots simulate snapshot web-tier"],
      ["hyperv-snapshots import web-tier", "then bring it under Pulumi's management"],
    ])
    .argument("<group>", "name or CollectionID")
    .action((group: string, options: CommonOptions) =>
      onHost(options, async (host, report) => {
        await untilTaken(host.takeSnapshot(group));
        showHost(report, host);
      }),
    );

  site
    .add(simulate, "checkpoint", "take a checkpoint of each machine by hand, as Checkpoint-VM does", [
      ["hyperv-snapshots simulate checkpoint web-01 db-01"],
    ])
    .argument("<machine...>", names)
    .action((machines: string[], options: CommonOptions) =>
      onHost(options, async (host, report) => {
        await untilTaken(Math.max(...machines.map((machine) => host.takeCheckpoint(machine))));
        showHost(report, host);
      }),
    );

  site
    .add(simulate, "upgrade", "put another version of the application on the machines' disks", [
      ["hyperv-snapshots simulate upgrade 2.0 web-01 db-01"],
    ])
    .argument("<version>")
    .argument("<machine...>", names)
    .action((version: string, machines: string[], options: CommonOptions) =>
      onHost(options, (host, report) => {
        for (const machine of machines) host.upgradeMachine(machine, version);
        showHost(report, host);
      }),
    );

  site
    .add(simulate, "start", "start machines, which are off after a restore", [
      ["hyperv-snapshots simulate start web-01 db-01"],
    ])
    .argument("<machine...>", names)
    .action((machines: string[], options: CommonOptions) =>
      onHost(options, (host, report) => {
        for (const machine of machines) host.startMachine(machine);
        showHost(report, host);
      }),
    );

  site
    .add(simulate, "machine", "change a property of a machine or its settings; merging=false stops its disk merges", [
      ["hyperv-snapshots simulate machine web-01 OperationalStatus=[11,32776]", "it is backed up"],
      ["hyperv-snapshots simulate machine web-01 EnabledState=10", "it is starting"],
      ["hyperv-snapshots simulate machine web-01 UserSnapshotType=2", "its checkpoints are disabled"],
      ["hyperv-snapshots simulate machine web-01 merging=false", "its disks don't merge"],
    ])
    .argument("<machine>", "name or GUID")
    .argument("<name=value...>")
    .action((machine: string, changes: string[], options: CommonOptions) =>
      onHost(options, (host, report) => {
        host.changeMachine(machine, readAssignments(changes, "json") as never);
        showHost(report, host);
      }),
    );

  site
    .add(simulate, "move", "move a machine to another simulated host, as to another node of a cluster", [
      ["hyperv-snapshots simulate move web-01 other-host.jsonl"],
    ])
    .argument("<machine>", "name or GUID")
    .argument("<file>", "the file of the other host")
    .action((machine: string, storeFile: string, options: CommonOptions) =>
      onHost(options, (host, report) => {
        requireStore(storeFile);
        const other = SimulatedHost.open({ storeFile });
        host.moveMachine(machine, other);
        report.result({ machine, to: other.hostName }, () => `${machine} moved to ${other.hostName}.`);
      }),
    );
}

/** Creates a host that behaves as a recording says, and reports which answers it can't follow. */
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
    report.note(`${option}: the host's answer was ${answer}, which the option has no value for; it has its default.`);
  }
}

/** Long enough that a probe sees the machines merge. */
const mergeSeconds = 5;

function makeHost(storeFile: string, from: { readonly seedFile?: string; readonly seed?: Seed }): SimulatedHost {
  if (!existsSync(storeFile)) return SimulatedHost.open({ storeFile, ...from });
  throw new InvalidArgumentError({
    attempted: "Creating a simulated host",
    target: storeFile,
    answer: "the file exists already",
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

/** Says what each option means, and what each of its values does. */
function optionsHelp(): string {
  const options = hostBehaviours.flatMap(({ id, sentence, option }) => {
    if (option === undefined) return [];
    const values = Object.entries(option.values).map(([value, meaning]) => {
      return wrapped(`    ${value}${value === option.default ? " (default)" : ""}: ${meaning}`, 6);
    });
    return [[wrapped(`  ${id}: ${sentence}`, 4), ...values].join("\n")];
  });
  return `\nOptions of the host (Microsoft doesn't document these behaviours):\n${options.join("\n")}`;
}

function badWord(word: string): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: "Changing VMMS",
    target: JSON.stringify(word),
    answer: "it is neither stop nor start",
    outcome: "Nothing was changed",
    remedy: "Write `simulate vmms stop` or `simulate vmms start`",
  });
}

function readSeconds(option: string, seconds: number): number {
  if (seconds >= 0) return seconds;
  throw new InvalidArgumentError({
    attempted: "Changing the simulated host",
    target: option,
    answer: "its value isn't a number of seconds",
    outcome: "Nothing was changed",
    remedy: `Write it as ${option} 10`,
  });
}
