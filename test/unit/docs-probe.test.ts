import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { notAsked, probeQuestions } from "../../provider/src/probe/probe-questions";
import { defaultOptions, hostBehaviours, type OptionName } from "../../provider/src/simulator/index";
import { repositoryFolder } from "../support/repository";

const text = readFileSync(join(repositoryFolder, "docs/probe.md"), "utf8");
const row = (...cells: readonly string[]) => `| ${cells.join(" | ")} |`;

/** Each row of a table under a heading; what isn't a row is passed by. */
function tableUnder(heading: string): readonly string[] {
  const section = text.split(/^## /m).find((part) => part.startsWith(heading)) ?? "";
  const lines = section.split("\n").filter((line) => line.startsWith("|"));
  return lines.slice(2).map((line) => line.replaceAll(/ {2,}/g, " "));
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
  expect(tableUnder("What the project doesn't know").map((line) => line.replace(/\| \|$/, "|  |"))).toEqual(rows);
});

it("the guide lists what the probe doesn't ask, and why", () => {
  expect(tableUnder("What isn't asked")).toEqual(
    Object.entries(notAsked).map(([option, because]) => row(assumption(option), because)),
  );
});
