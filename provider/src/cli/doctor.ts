import type { Command } from "commander";
import type { Finding } from "../finding";
import type { CommandSite } from "./command-site";
import type { CommonOptions } from "./configuration";
import { hostFindings } from "./host-findings";
import { pulumiFindings } from "./pulumi-findings";

const marks: Readonly<Record<Finding["status"], string>> = {
  ok: "ok      ",
  warning: "warning ",
  failed: "FAILED  ",
  skipped: "skipped ",
};

/** Adds `doctor`. */
export function addDoctor(program: Command, site: CommandSite): void {
  const { surroundings } = site;
  site
    .add(program, "doctor", "check this computer, the configuration and the host, and say how to fix each problem", [
      ["hyperv-snapshots doctor", "with the selected stack's configuration"],
      ["hyperv-snapshots doctor --config transport=powershell", "without a stack"],
    ])
    .action((options: CommonOptions) =>
      site.run(options, async (report) => {
        const findings: Finding[] = [];
        for await (const finding of hostFindings(surroundings, options)) {
          report.text(findingText(finding));
          findings.push(finding);
        }
        for await (const finding of pulumiFindings(surroundings, options)) {
          report.text(findingText(finding));
          findings.push(finding);
        }
        const amiss = findings.filter(({ status }) => status === "failed" || status === "warning");
        report.result({ isWell: amiss.length === 0, findings }, () =>
          amiss.length === 0
            ? "\nNo problems found."
            : `\n${amiss.length} of ${findings.length} checks ${amiss.length === 1 ? "needs" : "need"} attention.`,
        );
        return amiss.length === 0 ? "ok" : "attention";
      }),
    );
}

function findingText({ status, what, answer, remedy }: Finding): string {
  return [`${marks[status]}${what}: ${answer}`, ...(remedy === undefined ? [] : [`        ${remedy}`])].join("\n");
}
