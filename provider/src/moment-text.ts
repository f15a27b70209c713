/** Writes a point in time for people: `2026-11-23 07:56:26 UTC`. @param moment - ISO 8601 in UTC. */
export function momentText(moment: string): string {
  return moment.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
}

/** Writes a duration for people, rounded: `400 ms`, `2 s`, `12 min`. */
export function durationText(milliseconds: number): string {
  if (milliseconds > 0 && milliseconds < 950) return `${Math.max(1, Math.round(milliseconds))} ms`;
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 600 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
