import { type Command, Option } from "commander";
import type { CommonOptions } from "./configuration";
import { type Ending, exitCodes } from "./exit-codes";
import { Report } from "./report";
import { readStackContext } from "./selected-stack";
import type { Surroundings } from "./surroundings";

/** A command line, and what it does if that isn't plain. */
type Example = readonly [commandLine: string, meaning?: string];

/** What every subcommand is given: its surroundings, the common options, and a place for its exit code. */
export class CommandSite {
  readonly surroundings: Surroundings;
  exitCode: number = exitCodes.ok.code;

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
  }

  /** Adds a subcommand with the options that all have, and examples for its help. */
  add(parent: Command, usage: string, description: string, examples: readonly Example[] = []): Command {
    const command = parent
      .command(usage)
      .description(description)
      .option("--json", "write one JSON value instead of text")
      .option("--stack <name>", "the Pulumi stack whose configuration and state are read; default: the selected one")
      .option("--no-stack", "read no stack")
      .option("--cwd <folder>", "the folder of the Pulumi project; default: this folder or one above it")
      .addOption(
        new Option(
          "--config <key=value>",
          "set a configuration key for this command (repeatable); wins over the environment and the stack",
        )
          .argParser(collect)
          .default([], "none"),
      )
      .option("--connection <name>", "the configured connection to use")
      .option("--verbose", "write each host request to standard error, in one line with its duration");
    if (examples.length === 0) return command;
    const lines = examples.flatMap(([line, meaning]) => [...(meaning ? [`  # ${meaning}`] : []), `  ${line}`]);
    return command.addHelpText("after", `\nExamples:\n${lines.join("\n")}`);
  }

  /** Runs a subcommand to its end. */
  async run(options: CommonOptions, work: (report: Report) => Promise<Ending>): Promise<void> {
    this.exitCode = exitCodes[await work(new Report(this.surroundings, options.json ?? false))].code;
  }

  /** Reads the stack before a subcommand begins. */
  readonly readStack = async (_program: Command, command: Command): Promise<void> => {
    command.setOptionValue("context", await readStackContext(command.opts(), this.surroundings));
  };
}

/** Gathers the values of an option that may be given several times. */
export const collect = (value: string, before: readonly string[]): readonly string[] => [...before, value];
