import { createInterface } from "node:readline/promises";
import { InvalidArgumentError } from "../errors";
import type { Surroundings } from "./surroundings";

/**
 * Makes sure that somebody can be asked.
 *
 * @param remedy - What to do where nobody can.
 * @throws {@link InvalidArgumentError} when standard input is no terminal.
 */
export function requireTerminal(
  { stdin }: Surroundings,
  attempted: string,
  target: string,
  remedy = "Look at what it would do with --dry-run, then give --yes",
): void {
  if (stdin.isTTY) return;
  throw new InvalidArgumentError({
    attempted,
    target,
    answer: "nobody can be asked, since standard input is no terminal",
    outcome: "Nothing was changed",
    remedy,
  });
}

/** Asks on the terminal; only `yes` is a yes, and ^C or the end of input is a no. */
export async function isConfirmed({ stdin, stderr }: Surroundings, question: string): Promise<boolean> {
  const terminal = createInterface({ input: stdin, output: stderr });
  const ended = new Promise<string>((resolve) => terminal.once("close", () => resolve("")));
  try {
    return (await Promise.race([terminal.question(question), ended])).trim() === "yes";
  } finally {
    terminal.close();
  }
}
