import { Command, CommanderError, Help } from "commander";
import { InvalidArgumentError } from "../errors";
import { CommandSite } from "./command-site";
import { addDestroy } from "./destroy";
import { addDoctor } from "./doctor";
import { exitCodeHelp, exitCodes } from "./exit-codes";
import { addImport } from "./import";
import { addList } from "./list";
import { ownPackage } from "./own-package";
import { addProbe } from "./probe";
import { formatVersion, Report } from "./report";
import { addRestore } from "./restore";
import { addShow } from "./show";
import { addSimulate } from "./simulate";
import type { Surroundings } from "./surroundings";

/**
 * Runs `hyperv-snapshots` with the words that follow its name.
 *
 * @returns The exit code, one of {@link exitCodes}.
 */
export async function runCommand(words: readonly string[], surroundings: Surroundings): Promise<number> {
  const isJson = words.includes("--json");
  const site = new CommandSite(surroundings);
  const program = new Command("hyperv-snapshots")
    .description(
      "Lists, restores and destroys snapshots of Hyper-V VM groups, and imports them into Pulumi.\n\nInside a Pulumi project it uses the configuration and the state of the selected stack.",
    )
    .version(ownPackage.version)
    .exitOverride()
    // without it, commander reorders the options of nested subcommands
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => surroundings.stdout.write(text),
      writeErr: (text) => surroundings.stderr.write(text),
      outputError: (text, write) => (isJson ? undefined : write(withoutValues(text))),
    })
    .addHelpText("after", exitCodeHelp())
    // every subcommand has options, and a shorter name leaves room for the description
    .configureHelp({ subcommandTerm: (command) => new Help().subcommandTerm(command).replace(" [options]", "") })
    .hook("preAction", site.readStack);
  for (const add of [addList, addShow, addRestore, addDestroy, addImport, addSimulate, addDoctor, addProbe])
    add(program, site);
  try {
    await program.parseAsync(words, { from: "user" });
    return site.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return endOfParsing(error, isJson, surroundings);
    new Report(surroundings, isJson).failure(error);
    return (InvalidArgumentError.isInstance(error) ? exitCodes.badUsage : exitCodes.failed).code;
  }
}

/** Hides the value of a mistyped option, which may be a password. */
const withoutValues = (text: string) => text.replaceAll(/(--[\w-]+)=[^\s']*/g, "$1=...");

/** Ends after a usage error, or after help and version, which commander reports the same way. */
function endOfParsing({ exitCode, message }: CommanderError, isJson: boolean, { stderr }: Surroundings): number {
  if (exitCode === 0) return exitCodes.ok.code;
  if (isJson)
    stderr.write(
      `${JSON.stringify({ formatVersion, error: { code: "USAGE", message: withoutValues(message) } }, null, 2)}\n`,
    );
  return exitCodes.badUsage.code;
}
