import type { Command } from "commander";
import type { CommonOptions } from "./configuration";
import { type Ending, exitCodes } from "./exit-codes";
import { Report } from "./report";
import type { Surroundings } from "./surroundings";

/** What every subcommand is given: where to add itself, what it stands on, and where it says how it ended. */
export class CommandSite {
  readonly surroundings: Surroundings;
  exitCode: number = exitCodes.ok.code;

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings;
  }

  /** Adds a subcommand with the options that all have. */
  add(parent: Command, usage: string, description: string): Command {
    return parent
      .command(usage)
      .description(description)
      .option("--json", "write one JSON value instead of text")
      .option(
        "--config <key=value>",
        "set a configuration key, as often as needed; it wins over its environment variable",
        (value: string, before: readonly string[]) => [...before, value],
        [],
      )
      .option("--connection <name>", "which of the configured connections; the same as --config connection=NAME");
  }

  /** Runs a subcommand to its end. */
  async run(options: CommonOptions, work: (report: Report) => Promise<Ending>): Promise<void> {
    this.exitCode = exitCodes[await work(new Report(this.surroundings, options.json ?? false))].code;
  }
}
