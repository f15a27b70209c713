/** What may stand in a recording: nothing that identifies a host. */
export type Redacted = null | boolean | number | string | readonly Redacted[] | { readonly [name: string]: Redacted };

/** Says why a host gives no answer to a question. The message contains no names and ids. */
export class NoAnswer extends Error {}

/** A host's answer to a question of a probe. */
export interface ProbeAnswer {
  /** What the host does, in one word: the name of an option's value, where the simulated host has such an option. */
  readonly answer: string;
  /** The readings that show it. */
  readonly observed?: Readonly<Record<string, Redacted>>;
}

/** What a connection to a host answers, over sessions of the question's own. */
export interface ConnectionAnswer extends ProbeAnswer {
  /** What the question started on the host and couldn't end, as a person finds it there. */
  readonly left?: string;
}

/** A question about hosts that only a transport can ask. It changes nothing on the host. */
export interface ConnectionQuestion<Options> {
  readonly id: string;
  /** The question in words. */
  readonly question: string;
  /** How it is asked, in one sentence. */
  readonly asked: string;
  /** What the transport takes for granted until a host has answered. */
  readonly assumed: string;
  /** @throws {@link NoAnswer} when it can't be learnt here. */
  readonly ask: (options: Options) => Promise<ConnectionAnswer>;
}

/** A question to the configured connection. */
export interface OwnQuestion {
  readonly id: string;
  readonly ask: () => Promise<ConnectionAnswer>;
}
