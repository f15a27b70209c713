import type { Command } from "commander";
import { CimInstancePath } from "../cim/cim-instance-path";
import { InvalidArgumentError } from "../errors";
import { applySnapshot } from "../hyperv/apply-snapshot";
import type { HyperVHost } from "../hyperv/hyperv-host";
import { readMachineConditions, stateName } from "../hyperv/member-condition";
import { EnabledState } from "../schema/value-maps";
import type { CommandSite } from "./command-site";
import { withHost } from "./configuration";
import { isConfirmed, requireTerminal } from "./confirm";
import { readDuration } from "./durations";
import type { Ending } from "./exit-codes";
import { findSnapshot, latestSnapshot, snapshotHelp } from "./find-snapshot";
import { JobProgress } from "./job-progress";
import { noOwners, type OwnerOptions, readOwners, stateHelp } from "./owners";
import type { Report } from "./report";
import { planText, type RestorePlan, readRestorePlan } from "./restore-plan";
import type { Surroundings } from "./surroundings";

interface RestoreOptions extends OwnerOptions {
  readonly latest?: string;
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly timeout: string;
}

/** Adds `restore`. */
export function addRestore(program: Command, site: CommandSite): void {
  const { surroundings } = site;
  site
    .add(program, "restore", "bring all machines of a snapshot back to it, after showing what that loses and asking", [
      ["hyperv-snapshots restore before-upgrade", "by the resource's name in the stack"],
      ["hyperv-snapshots restore --latest web-tier", "the newest snapshot of a VM group"],
      ["hyperv-snapshots restore 7E426644 --dry-run", "show what would be lost, change nothing"],
    ])
    .argument("[snapshot]", snapshotHelp)
    .option("--latest <group>", "restore the newest snapshot of this VM group")
    .option("--yes", "don't ask")
    .option("--dry-run", "show what would be lost, and change nothing")
    .option("--timeout <duration>", "how long to wait for the host's job", "30m")
    .option("--state <file>", stateHelp)
    .action((word: string | undefined, options: RestoreOptions) =>
      site.run(options, async (report) => {
        const { latest } = options;
        const timeoutMs = readDuration("--timeout", options.timeout);
        if ((word === undefined) === (latest === undefined)) throw oneOfBoth();
        if (!options.yes && !options.dryRun) requireTerminal(surroundings, "restore");
        const owners = word === undefined ? noOwners : await readOwners(options, surroundings);
        return withHost(surroundings, options, async (host) => {
          const snapshot =
            word === undefined
              ? await latestSnapshot(host.session, latest ?? "")
              : await findSnapshot(host.session, word, owners);
          const plan = await readRestorePlan(host.session, snapshot);
          return restore(host, plan, { ...options, timeoutMs, surroundings, report });
        });
      }),
    );
}

function oneOfBoth(): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: "Reading the options",
    target: "restore",
    answer: "it takes either a snapshot or --latest GROUP",
    outcome: "The host was not contacted",
    remedy: "See `hyperv-snapshots restore --help`",
  });
}

interface RestoreRequest extends Pick<RestoreOptions, "yes" | "dryRun"> {
  readonly timeoutMs: number;
  readonly surroundings: Surroundings;
  readonly report: Report;
}

async function restore(host: HyperVHost, plan: RestorePlan, request: RestoreRequest): Promise<Ending> {
  const { surroundings, report } = request;
  const text = planText(plan, surroundings.today());
  if (request.dryRun) {
    report.result({ ...plan, applied: false }, () => `${text}\n\nNothing was changed (--dry-run).`);
    return "ok";
  }
  report.text(text);
  const count = plan.machines.length;
  const question = `\nBring ${count === 1 ? "1 machine" : `${count} machines`} back? Type "yes" to continue: `;
  if (!request.yes && !(await isConfirmed(surroundings, question))) {
    report.result({ ...plan, applied: false }, () => "\nNothing was changed.");
    return "declined";
  }
  const isApplied = await apply(host, plan, request);
  if (!isApplied) {
    report.note("The command was interrupted. The job continues on the host and will bring the machines back.");
    return "interrupted";
  }
  const machines = await readMachineConditions(
    host.session,
    plan.machines.map(({ vmId }) => vmId),
  );
  const after = machines.map(({ vmId, vmName, enabledState }) => ({ vmId, vmName, state: stateName(enabledState) }));
  report.result({ ...plan, applied: true, after }, () => afterText(after));
  return "ok";
}

/** @returns Whether it was waited for to its end. */
async function apply(host: HyperVHost, plan: RestorePlan, request: RestoreRequest): Promise<boolean> {
  const progress = new JobProgress(request.surroundings, "restore job");
  const interruption = request.surroundings.interruption();
  try {
    await applySnapshot(host, CimInstancePath.parse(plan.reference), {
      timeoutMs: request.timeoutMs,
      target: `${plan.snapshotCollectionId} of ${plan.group ? `VM group ${JSON.stringify(plan.group.name)}` : "a deleted VM group"} on ${plan.hostName}`,
      // a program that reads standard error wants the failure alone
      ...(!request.report.isJson && { onReading: progress.show }),
      abortSignal: interruption.signal,
    });
    return true;
  } catch (error) {
    if (interruption.signal.aborted && error === interruption.signal.reason) return false;
    throw error;
  } finally {
    progress.end();
    interruption.end();
  }
}

function afterText(after: readonly { readonly vmName: string; readonly state: string }[]): string {
  const isRunning = ({ state }: { readonly state: string }) => state === stateName(EnabledState.Enabled);
  const running = after.filter(isRunning);
  const others = after.filter((machine) => !isRunning(machine));
  return [
    "\nBrought back:",
    ...after.map(({ vmName, state }) => `  ${vmName}  ${state}`),
    running.length > 0 ? `Running: ${names(running)}` : "No machine is running.",
    ...(others.length > 0 ? [`To start them: Start-VM -Name ${names(others)}`] : []),
  ].join("\n");
}

const names = (machines: readonly { readonly vmName: string }[]) => machines.map(({ vmName }) => vmName).join(", ");
