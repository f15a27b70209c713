import type { Command } from "commander";
import { CimInstancePath } from "../cim/cim-instance-path";
import { destroySnapshot } from "../hyperv/collection-snapshot-service";
import type { HyperVHost } from "../hyperv/hyperv-host";
import type { CommandSite } from "./command-site";
import { commandConfiguration, withHost } from "./configuration";
import { isConfirmed, requireTerminal } from "./confirm";
import { type DestroyPlan, planText, readDestroyPlan } from "./destroy-plan";
import { readDuration } from "./durations";
import type { Ending } from "./exit-codes";
import { snapshotHelp } from "./find-snapshot";
import { JobProgress } from "./job-progress";
import { doubtsOf, type OwnerOptions, readOwners, stateHelp } from "./owners";
import type { Report } from "./report";
import type { Surroundings } from "./surroundings";

interface DestroyOptions extends OwnerOptions {
  readonly yes?: boolean;
  readonly dryRun?: boolean;
  readonly timeout: string;
}

/** Adds `destroy`. */
export function addDestroy(program: Command, site: CommandSite): void {
  const { surroundings } = site;
  site
    .add(program, "destroy", "destroy snapshots that no stack manages, after showing them and asking", [
      ["hyperv-snapshots list --leftovers", "find the stack's leftovers"],
      ["hyperv-snapshots destroy 7E426644", "destroy it"],
      ["hyperv-snapshots destroy 7E426644 --dry-run", "show what would be destroyed, change nothing"],
    ])
    .argument("<snapshot...>", snapshotHelp)
    .option("--yes", "don't ask")
    .option("--dry-run", "show what would be destroyed, and change nothing")
    .option("--timeout <duration>", "how long to wait for each of the host's jobs", "30m")
    .option("--state <file>", stateHelp)
    .action((words: string[], options: DestroyOptions) =>
      site.run(options, async (report) => {
        const timeoutMs = readDuration("--timeout", options.timeout);
        if (!options.yes && !options.dryRun) requireTerminal(surroundings, "destroy");
        const owners = await readOwners(options, surroundings);
        const { dependents } = commandConfiguration(options, surroundings);
        return withHost(surroundings, options, async (host) => {
          const plan = await readDestroyPlan(host.session, words, { owners, dependents });
          if (!report.isJson) for (const doubt of doubtsOf(owners)) report.note(doubt);
          return destroy(host, plan, { ...options, timeoutMs, surroundings, report });
        });
      }),
    );
}

interface DestroyRequest extends Pick<DestroyOptions, "yes" | "dryRun"> {
  readonly timeoutMs: number;
  readonly surroundings: Surroundings;
  readonly report: Report;
}

async function destroy(host: HyperVHost, plan: DestroyPlan, request: DestroyRequest): Promise<Ending> {
  const { surroundings, report } = request;
  const text = planText(plan, surroundings.today());
  const unchanged = { ...plan, destroyed: [] };
  if (request.dryRun) {
    report.result(unchanged, () => `${text}\n\nNothing was changed (--dry-run).`);
    return "ok";
  }
  report.text(text);
  const count = plan.snapshots.length;
  const question = `\nDestroy ${count === 1 ? "this snapshot" : `these ${count} snapshots`}? Type "yes" to continue: `;
  if (!request.yes && !(await isConfirmed(surroundings, question))) {
    report.result(unchanged, () => "\nNothing was changed.");
    return "declined";
  }
  const destroyed: string[] = [];
  for (const { snapshotCollectionId, reference, group } of plan.snapshots) {
    const target = `${snapshotCollectionId} of ${group ? `VM group ${JSON.stringify(group.name)}` : "a deleted VM group"} on ${plan.hostName}`;
    if (!(await destroyOne(host, CimInstancePath.parse(reference), target, request))) {
      report.note("The command was interrupted. The job continues on the host.");
      return "interrupted";
    }
    destroyed.push(snapshotCollectionId);
    report.text(`Destroyed ${snapshotCollectionId}.`);
  }
  if (report.isJson) report.result({ ...plan, destroyed }, () => "");
  else report.text("The host now merges the disks of these machines. They stay usable meanwhile.");
  return "ok";
}

/** @returns Whether the job was waited for to its end. */
async function destroyOne(
  host: HyperVHost,
  path: CimInstancePath,
  target: string,
  { surroundings, timeoutMs, report }: DestroyRequest,
): Promise<boolean> {
  const progress = new JobProgress(surroundings, "destroy job");
  const interruption = surroundings.interruption();
  try {
    await destroySnapshot(host, path, {
      timeoutMs,
      target,
      ...(!report.isJson && { onReading: progress.show }),
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
