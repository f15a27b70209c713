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
    .add(
      program,
      "doctor",
      "try everything that must be true for this configuration, and say what to do where it isn't",
    )
    .action((options: CommonOptions) =>
      site.run(options, async (report) => {
        const findings: Finding[] = [];
        for await (const finding of hostFindings(surroundings, options)) {
          report.text(findingText(finding));
          findings.push(finding);
        }
        for await (const finding of pulumiFindings(surroundings)) {
          report.text(findingText(finding));
          findings.push(finding);
        }
        const amiss = findings.filter(({ status }) => status === "failed" || status === "warning");
        report.result({ isWell: amiss.length === 0, findings }, () =>
          amiss.length === 0 ? "\nAll is well." : `\n${amiss.length} of ${findings.length} want a look.`,
        );
        return amiss.length === 0 ? "ok" : "attention";
      }),
    );
}

function findingText({ status, what, answer, remedy }: Finding): string {
  return [`${marks[status]}${what}: ${answer}`, ...(remedy === undefined ? [] : [`        ${remedy}`])].join("\n");
}
