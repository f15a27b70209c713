/** What every measure is given. */
export interface Scope {
  /** Whether it may take as long as it needs. */
  readonly isFull: boolean;
  /** How many resources, where a person said so. */
  readonly count: number | undefined;
  /** Tells the person who waits what is measured just now. */
  readonly say: (text: string) => void;
}

/** One figure, beside that of a peer in the same run. */
export interface Figure {
  readonly what: string;
  readonly unit: "s" | "ms" | "MB" | "KB" | "requests" | "reads";
  readonly ours: number;
  /** What it is measured against. */
  readonly peer?: { readonly name: string; readonly value: number };
  /** How much of ours is the simulated host's own work, if it is known. */
  readonly host?: number;
  /** What to reach: our figure in that of the peer. */
  readonly atMostRatio?: number;
  /** What to reach: our figure by itself. */
  readonly atMost?: number;
}

/** A table with what the figures come from. */
export interface Details {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

/** How something grows with what is on the host. */
export interface Curve {
  readonly quantity: string;
  readonly name: string;
  readonly points: readonly (readonly [count: number, value: number])[];
}

/** What a measure found. */
export interface Measured {
  readonly figures: readonly Figure[];
  readonly details?: readonly Details[];
  readonly curves?: readonly Curve[];
}

/** A measure; each is a file in `bench/measures`. */
export interface Measure {
  readonly name: string;
  /** What is measured, and how: stands above its figures. */
  readonly about: string;
  readonly run: (scope: Scope) => Promise<Measured>;
}

/** Our figure in that of the peer. */
export const ratio = ({ ours, peer }: Figure): number | undefined => peer && ours / peer.value;

/** The same, the simulated host's own share left out. */
export const ratioWithoutHost = ({ ours, peer, host }: Figure): number | undefined =>
  peer && host !== undefined ? (ours - host) / peer.value : undefined;

/** Whether a figure is what it is to be: a host that isn't real must neither spoil nor save it unseen. */
export function verdict(figure: Figure): "reported" | "yes" | "without the host" | "no" {
  const { ours, host = 0, atMost, atMostRatio } = figure;
  if (atMost === undefined && atMostRatio === undefined) return "reported";
  const holds = (value: number, share: number | undefined) =>
    value <= (atMost ?? Number.POSITIVE_INFINITY) && (share ?? 0) <= (atMostRatio ?? Number.POSITIVE_INFINITY);
  if (holds(ours, ratio(figure))) return "yes";
  return figure.host !== undefined && holds(ours - host, ratioWithoutHost(figure)) ? "without the host" : "no";
}

/** The middle of some values. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** Measures some things in turn, so that what else the computer does meets all alike. @returns The values of each. */
export async function inTurn<Name extends string>(
  rounds: number,
  things: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(things) as Name[];
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) values[name].push(await things[name]());
  }
  return values;
}
