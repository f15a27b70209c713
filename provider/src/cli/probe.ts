import { existsSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Command } from "commander";
import { InvalidArgumentError } from "../errors";
import type { HyperVHost } from "../hyperv/hyperv-host";
import { readMemberConditions, stateName } from "../hyperv/member-condition";
import { findVirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { probeQuestions } from "../probe/probe-questions";
import type { RecordedAnswer } from "../probe/recording";
import { runProbe } from "../probe/run-probe";
import type { CommandSite } from "./command-site";
import { type CommonOptions, withHost } from "./configuration";
import { isConfirmed, requireTerminal } from "./confirm";
import type { Ending } from "./exit-codes";
import type { Report } from "./report";
import type { Surroundings } from "./surroundings";

interface ProbeOptions extends CommonOptions {
  readonly group: string;
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
      "ask a host what no public source tells of hosts, and write the answers to a file, without names and ids",
    )
    .requiredOption("--group <name>", "a VM group whose machines may serve for it: name, CollectionID or object path")
    .option("--take-one", "also take snapshots of its machines, in VM groups made for it, and remove all of that again")
    .option("--yes", "don't ask before that")
    .option("--label <text>", 'what is to be known of the host, such as "Windows Server 2022, standalone"')
    .option("--out <file>", "the file", "hyperv-probe.json")
    .action((options: ProbeOptions) =>
      site.run(options, async (report) => {
        const file = resolve(surroundings.workingFolder, options.out);
        refuseOverwriting(file);
        if (options.takeOne && !options.yes) {
          requireTerminal(surroundings, "probe --take-one", "Pass --yes, or leave out --take-one");
        }
        return withHost(surroundings, options, (host) => probe(host, options, { surroundings, report, file }));
      }),
    );
}

interface ProbePlace {
  readonly surroundings: Surroundings;
  readonly report: Report;
  readonly file: string;
}

async function probe(
  host: HyperVHost,
  { group, takeOne = false, yes, label }: ProbeOptions,
  { surroundings, report, file }: ProbePlace,
): Promise<Ending> {
  if (takeOne) report.text(await intention(host, group));
  if (takeOne && !yes && !(await isConfirmed(surroundings, '\nTake them? Only "yes" is a yes: '))) {
    report.result({ asked: false }, () => "\nNothing was changed.");
    return "declined";
  }
  const interruption = surroundings.interruption();
  try {
    const recording = await runProbe({
      host,
      clock: surroundings.clock,
      group,
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

async function intention({ session }: HyperVHost, name: string): Promise<string> {
  const group = await findVirtualSystemCollection(session, name);
  const members = await readMemberConditions(session, group.path);
  return [
    `On ${session.hostName}, snapshots are going to be taken, one after the other, of`,
    ...members.map(({ vmName, enabledState }) => `  ${vmName}  ${stateName(enabledState)}`),
    "in VM groups that are made for it, and all of that is going to be removed. No machine is started, stopped or brought",
    "back, and the group itself is only read. It takes some minutes; the machines' disks merge after each.",
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
    answer: "there is such a file already",
    outcome: "Nothing was asked of any host",
    remedy: "Name another one with --out FILE, or remove it first",
  });
}
