/** How the command ends, by number. The one table: `--help` shows it, and scripts may rely on it. */
export const exitCodes = {
  ok: { code: 0, meaning: "done; where something was looked for, nothing is amiss" },
  failed: { code: 1, meaning: "it failed: the host refused, couldn't be reached, or a job ended badly" },
  badUsage: { code: 2, meaning: "what was given is wrong: options, configuration, a file" },
  attention: {
    code: 3,
    meaning: "something was found: list --leftovers has leftovers, doctor isn't content, probe left something behind",
  },
  declined: { code: 4, meaning: "restore or probe was not confirmed, and nothing was changed" },
  interrupted: {
    code: 130,
    meaning: "it was interrupted; a job that was started goes on at the host, and what probe made is removed",
  },
} as const;

/** How the command ended. */
export type Ending = keyof typeof exitCodes;

/** The table for `--help`. */
export function exitCodeHelp(): string {
  const rows = Object.values(exitCodes).map(({ code, meaning }) => `  ${String(code).padEnd(3)}  ${meaning}`);
  return `\nExit codes:\n${rows.join("\n")}`;
}
