/** Writes a point in time for people: `2026-11-23 07:56:26 UTC`. @param moment - ISO 8601 in UTC. */
export function momentText(moment: string): string {
  return moment.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
}
