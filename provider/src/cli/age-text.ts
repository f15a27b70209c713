const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** Writes a length of time in its two largest units: `3 h 12 min`. */
export function ageText(milliseconds: number): string {
  const largest = units.findIndex(([, unitMs]) => milliseconds >= unitMs);
  if (largest === -1) return "0 s";
  let rest = milliseconds;
  const parts = units.slice(largest, largest + 2).map(([unit, unitMs]) => {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    return count === 0 ? "" : `${count} ${unit}`;
  });
  return parts.filter(Boolean).join(" ");
}
