import type { ProbeAnswer } from "../probe-answer";
import type { ProbeScene } from "./probe-scene";

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
