/** Where a search, a download or a build reports what it does. */
export interface Reporting {
  /** Takes a line that stays. */
  readonly report: (line: string) => void;
  /**
   * Takes the line that replaces the one before it, about once a second, and the empty text at the end. If it is absent, `report` gets
   * a line every 10 seconds.
   */
  readonly progress?: ((line: string) => void) | undefined;
}

/** Reports to a stream. A terminal also shows a line that keeps changing. */
export function streamReporting(stream: NodeJS.WriteStream): Reporting {
  if (!stream.isTTY) return { report: (line) => stream.write(`${line}\n`) };
  const clear = "\r\x1b[K";
  return {
    report: (line) => stream.write(`${clear}${line}\n`),
    progress: (line) => stream.write(`${clear}${line.slice(0, Math.max(1, (stream.columns || 80) - 1))}`),
  };
}

/**
 * Shows how long `work` has been running until it settles.
 *
 * @param describe makes the text from the time that has passed, such as `1 min 20 s`.
 */
export async function showAlive<T>(
  { report, progress }: Reporting,
  describe: (elapsed: string) => string,
  work: Promise<T>,
): Promise<T> {
  const started = performance.now();
  const show = () => (progress ?? report)(describe(elapsedText(performance.now() - started)));
  const timer = setInterval(show, progress === undefined ? 10_000 : 1_000);
  try {
    return await work;
  } finally {
    clearInterval(timer);
    progress?.("");
  }
}

/** Writes a duration for people: `8 s`, `2 min 5 s`. */
function elapsedText(elapsedMs: number): string {
  const seconds = Math.floor(elapsedMs / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
