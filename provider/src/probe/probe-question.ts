import type { ProbeScene } from "./probe-scene";
import type { Redacted } from "./redactor";

/** A host's answer to a question. */
export interface ProbeAnswer {
  /** What the host does, in one word: the name of an option's value, where the simulated host has such an option. */
  readonly answer: string;
  /** The readings that show it. */
  readonly observed?: Readonly<Record<string, Redacted>>;
}

/** A question about hosts that no public source answers, and how a host is asked. */
export interface ProbeQuestion {
  readonly id: string;
  /** The question in words. */
  readonly question: string;
  /** How it is asked, in one sentence. */
  readonly asked: string;
  /** The option of the simulated host that the answer settles. */
  readonly option?: string;
  /** Whether the question changes the host for a while: then it is asked only with `--take-one`. */
  readonly changesHost: boolean;
  /** @throws {@link NoAnswer} when it can't be learnt here. */
  readonly ask: (scene: ProbeScene) => Promise<ProbeAnswer>;
}
