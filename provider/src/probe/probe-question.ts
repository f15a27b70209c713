import type { ProbeScene } from "./probe-scene";
import type { Redacted } from "./redactor";

/** What a host answered to a question. */
export interface ProbeAnswer {
  /** What it does, in one word: where an option of the simulated host does the same, the name of its value. */
  readonly answer: string;
  /** What that was seen by. */
  readonly observed?: Readonly<Record<string, Redacted>>;
}

/** Something about hosts that no public source tells, and how one is asked. */
export interface ProbeQuestion {
  readonly id: string;
  /** For people: a whole question. */
  readonly question: string;
  /** How it is asked, in one sentence. */
  readonly asked: string;
  /** The option of the simulated host that the answer settles. */
  readonly option?: string;
  /** Whether the host is changed for a while, so that it is asked only where that was allowed. */
  readonly changesHost: boolean;
  /** @throws {@link NoAnswer} when it can't be learnt here. */
  readonly ask: (scene: ProbeScene) => Promise<ProbeAnswer>;
}
