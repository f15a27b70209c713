import { createInterface } from "node:readline/promises";
import { InvalidArgumentError } from "../errors";
import type { Surroundings } from "./surroundings";

/**
 * Makes sure that the command can ask for confirmation.
 *
 * @param command - The command that asks.
 * @param remedy - What to do if it can't.
 * @throws {@link InvalidArgumentError} when standard input isn't a terminal.
 */
export function requireTerminal(
  { stdin }: Surroundings,
  command: string,
  remedy = "Look at what it would do with --dry-run, then pass --yes",
): void {
  if (stdin.isTTY) return;
  throw new InvalidArgumentError({
    headline: "Can't ask for confirmation: standard input isn't a terminal",
    attempted: "Asking for confirmation",
    target: command,
    answer: "standard input isn't a terminal",
    outcome: "Nothing was changed",
    remedy,
  });
}

/** Asks on the terminal. Only `yes` confirms; ^C and the end of input decline. */
export async function isConfirmed({ stdin, stderr }: Surroundings, question: string): Promise<boolean> {
  const terminal = createInterface({ input: stdin, output: stderr });
  const ended = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
  try {
    return (await Promise.race([terminal.question(question), ended])).trim() === "yes";
  } finally {
    terminal.close();
  }
}
