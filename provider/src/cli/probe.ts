import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { connectionQuestions } from "../connection";
import { InvalidArgumentError } from "../errors";
import type { HyperVHost } from "../hyperv/hyperv-host";
import { readMemberConditions, stateName } from "../hyperv/member-condition";
import { findVirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { probeQuestions } from "../probe/probe-questions";
import { askStoppedVmms, stoppedWord } from "../probe/questions/stopped-vmms";
import type { RecordedAnswer } from "../probe/recording";
import { runProbe, stoppedVmmsRecording } from "../probe/run-probe";
import { NoAnswer, type OwnQuestion } from "../probe-answer";
import type { CommandSite } from "./command-site";
import { type CommonOptions, chosenTransport, commandConfiguration, withHost } from "./configuration";
import { isConfirmed, requireTerminal } from "./confirm";
import type { Ending } from "./exit-codes";
import type { Report } from "./report";
import type { Surroundings } from "./surroundings";

interface ProbeOptions extends CommonOptions {
  readonly group?: string;
  readonly vmmsStopped?: boolean;
  readonly takeOne?: boolean;
  readonly yes?: boolean;
  readonly label?: string;
  readonly out: string;
}

const attempted = "Probing a host";

/** Adds `probe`. */
export function addProbe(program: Command, site: CommandSite): void {
  const { surroundings } = site;
  site
    .add(
      program,
      "probe",
      "find out how a host behaves where Microsoft doesn't document it, and write the answers to a file without names or ids",
      [
        ['hyperv-snapshots probe --group "probe lab"', "only reads"],
        ['hyperv-snapshots probe --group "probe lab" --take-one', "also takes snapshots, and removes them"],
      ],
    )
    .option("--group <name>", "a VM group whose machines may be used for it: name, CollectionID or object path")
    .option(
      "--take-one",
      "also take snapshots of its machines, in VM groups that the probe makes, and remove all of them",
    )
    .option("--yes", "don't ask for confirmation")
    .addOption(
      new Option("--vmms-stopped", "ask only what the host answers while VMMS is stopped; stop it first").conflicts([
        "group",
        "takeOne",
      ]),
    )
    .option("--label <text>", 'a description of the host, such as "Windows Server 2022, standalone"')
    .option("--out <file>", "the file to write", "hyperv-probe.json")
    .action((options: ProbeOptions) =>
      site.run(options, async (report) => {
        const file = resolve(surroundings.workingFolder, options.out);
        refuseOverwriting(file);
        if (options.vmmsStopped) return probeStoppedVmms(options, { surroundings, report, file });
        const { group } = options;
        if (group === undefined) throw groupMissing();
        if (options.takeOne && !options.yes) {
          requireTerminal(surroundings, "probe --take-one", "Pass --yes, or leave out --take-one");
        }
        return withHost(surroundings, options, async (host) => {
          const ownQuestions = await connectionQuestions(commandConfiguration(options, surroundings));
          return probe(host, { ...options, group }, { surroundings, report, file, ownQuestions });
        });
      }),
    );
}

interface ProbePlace {
  readonly surroundings: Surroundings;
  readonly report: Report;
  readonly file: string;
}

interface WholeProbe extends ProbePlace {
  readonly ownQuestions: readonly OwnQuestion[];
}

async function probe(
  host: HyperVHost,
  { group, takeOne = false, yes, label }: ProbeOptions & { readonly group: string },
  { surroundings, report, file, ownQuestions }: WholeProbe,
): Promise<Ending> {
  if (takeOne) report.text(await plan(host, group));
  if (takeOne && !yes && !(await isConfirmed(surroundings, '\nTake them? Type "yes" to continue: '))) {
    report.result({ asked: false }, () => "\nNothing was changed.");
    return "declined";
  }
  const interruption = surroundings.interruption();
  try {
    const recording = await runProbe({
      host,
      clock: surroundings.clock,
      group,
      ownQuestions,
      takeSnapshots: takeOne,
      ...(label !== undefined && { label }),
      abortSignal: interruption.signal,
      onAnswer: (answer) => report.text(answerText(answer)),
      onLeft: (left) => {
        for (const { what, because } of left)
          report.note(`LEFT BEHIND on ${host.session.hostName}: ${what}. ${because}`);
      },
    });
    writeFileSync(file, `${JSON.stringify(recording, null, 2)}\n`, { flag: "wx" });
    const learnt = recording.answers.filter(({ answer }) => answer !== null).length;
    report.result(recording, () => `\n${learnt} of ${recording.answers.length} questions are answered: ${file}`);
    if (recording.left > 0) return "attention";
    return interruption.signal.aborted ? "interrupted" : "ok";
  } finally {
    interruption.end();
  }
}

/** Asks a host whose VMMS is stopped; a session that can't be opened for that reason is an answer, too. */
async function probeStoppedVmms(options: ProbeOptions, { surroundings, report, file }: ProbePlace): Promise<Ending> {
  const answer = await withHost(surroundings, options, ({ session }) => askStoppedVmms(session)).catch((error) => {
    if (error instanceof NoAnswer) throw vmmsRuns(error.message);
    return stoppedWord(error);
  });
  const isSimulated = chosenTransport(commandConfiguration(options, surroundings), options.context) === "simulated";
  const recording = stoppedVmmsRecording(answer, isSimulated, options.label);
  writeFileSync(file, `${JSON.stringify(recording, null, 2)}\n`, { flag: "wx" });
  report.result(recording, () => `A stopped VMMS answers: ${answer}. Written to ${file}`);
  return "ok";
}

function groupMissing(): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted,
    target: "--group",
    answer: "it is not set",
    outcome: "The host was not contacted",
    remedy: "Name a VM group whose machines may be used for it: --group NAME",
  });
}

function vmmsRuns(answer: string): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted,
    target: "--vmms-stopped",
    answer,
    outcome: "No file was written",
    remedy: "Stop it first (Stop-Service vmms), or leave out --vmms-stopped",
  });
}

async function plan({ session }: HyperVHost, name: string): Promise<string> {
  const group = await findVirtualSystemCollection(session, name);
  const members = await readMemberConditions(session, group.path);
  return [
    `On ${session.hostName}, the probe takes snapshots, one after the other, of these machines:`,
    ...members.map(({ vmName, enabledState }) => `  ${vmName}  ${stateName(enabledState)}`),
    "It takes them of VM groups that it makes, and of single machines, and removes all of them. No machine is started,",
    "stopped or restored, and your group isn't changed. It takes some minutes; disks merge after each snapshot.",
  ].join("\n");
}

const longestId = Math.max(...probeQuestions.map(({ id }) => id.length));

function answerText({ question, answer, because }: RecordedAnswer): string {
  return `${question.padEnd(longestId)}  ${answer ?? `? (${because})`}`;
}

function refuseOverwriting(file: string): void {
  if (!existsSync(file)) return;
  throw new InvalidArgumentError({
    attempted,
    target: file,
    answer: "the file exists already",
    outcome: "The host was not contacted",
    remedy: "Name another one with --out FILE, or remove it first",
  });
}
