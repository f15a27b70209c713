import { Help } from "commander";

/** Wraps a line of a help text at 80 columns. The lines after the first begin with `indent` spaces. */
export const wrapped = (line: string, indent: number): string =>
  new Help().boxWrap(line, 80 - indent).replaceAll("\n", `\n${" ".repeat(indent)}`);
