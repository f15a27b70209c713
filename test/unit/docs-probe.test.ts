import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { notAsked, probeQuestions } from "../../provider/src/probe/probe-questions";
import { defaultOptions, hostBehaviours, type OptionName } from "../../provider/src/simulator/index";
import { questions as powerShellQuestions } from "../../provider/src/transports/powershell/index";
import { sshQuestions } from "../../provider/src/transports/ssh/questions";
import { wsmanQuestions } from "../../provider/src/transports/wsman/questions";
import { repositoryFolder } from "../support/repository";

const guide = join(repositoryFolder, "docs/probe.md");
const row = (...cells: readonly string[]) => `| ${cells.join(" | ")} |`;

/** Compares the rows of the table under a heading. To write them: WRITE_TABLES=1 npx vitest run --project unit test/unit/docs-probe.test.ts */
function expectRowsUnder(heading: string, rows: readonly string[]): void {
  const text = readFileSync(guide, "utf8");
  const [, before = "", found = ""] =
    new RegExp(`(^## ${heading}\\n[^|]*\\|.*\\n\\|.*\\n)((?:\\|.*\\n)*)`, "m").exec(text) ?? [];
  const written = rows.map((row) => `${row}\n`).join("");
  if (process.env["WRITE_TABLES"])
    writeFileSync(
      guide,
      text.replace(before + found, () => before + written),
    );
  else expect(found).toBe(written);
}

/** What the simulated host does until a probe has answered. */
function assumption(option: string | undefined): string {
  if (option === undefined) return "";
  const value = defaultOptions[option as OptionName];
  return `\`${option}\`: ${hostBehaviours.find(({ id }) => id === option)?.option?.values[value]}`;
}

it("the guide lists every question, how it is tested, and the default until it is answered", () => {
  const rows = probeQuestions.map(({ id, question, asked, changesHost, option }) =>
    row(
      `\`${id}\``,
      question,
      `${asked}${changesHost ? "" : " (Asked without `--take-one` too.)"}`,
      assumption(option),
    ),
  );
  expectRowsUnder("What the project doesn't know", rows);
});

it("the guide lists what each transport asks of the connection", () => {
  const listed = Object.entries({ ssh: sshQuestions, wsman: wsmanQuestions, powershell: powerShellQuestions });
  const rows = listed.flatMap(([transport, questions]) =>
    questions.map(({ id, question, asked, assumed }) => row(transport, `\`${id}\``, question, asked, assumed)),
  );
  expectRowsUnder("What it asks of the connection", rows);
});

it("the guide lists what the probe doesn't ask, and why", () => {
  expectRowsUnder(
    "What isn't asked",
    Object.entries(notAsked).map(([option, because]) => row(assumption(option), because)),
  );
});
