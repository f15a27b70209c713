import { wrapped } from "./wrapped";

/** The exit codes. The one table: `--help` shows it, and scripts may rely on it. */
export const exitCodes = {
  ok: { code: 0, meaning: "success; a check found no problem" },
  failed: { code: 1, meaning: "the host or the command refused, the host couldn't be reached, or a job failed" },
  badUsage: { code: 2, meaning: "an option, the configuration or a file is wrong" },
  attention: {
    code: 3,
    meaning: "a check found something: leftovers, old snapshots, a problem (doctor), objects left behind (probe)",
  },
  declined: { code: 4, meaning: "the question wasn't answered with yes; nothing was changed" },
  interrupted: {
    code: 130,
    meaning: "interrupted; a job that was started continues on the host, and probe removes what it made",
  },
} as const;

/** How the command ended. */
export type Ending = keyof typeof exitCodes;

/** Writes the table for `--help`. */
export function exitCodeHelp(): string {
  const rows = Object.values(exitCodes).map(({ code, meaning }) =>
    wrapped(`  ${String(code).padEnd(3)}  ${meaning}`, 7),
  );
  return `\nExit codes:\n${rows.join("\n")}`;
}
