import type { Properties } from "../../provider/src/process/resource-call";

/** What `create` and `update` answer: with `error`, the resource is kept although it isn't complete. */
export interface Answer {
  readonly id: string;
  readonly outs: Properties;
  readonly error?: unknown;
}

/** A provider, as the engine calls it. */
export interface CalledProvider {
  diff(id: string, olds: Properties, news: Properties): Promise<{ changes?: boolean; replaces?: readonly string[] }>;
  create(news: Properties): Promise<Answer>;
  update(id: string, olds: Properties, news: Properties): Promise<Answer>;
  delete(id: string, outs: Properties): Promise<void>;
}

/** A resource in the state. */
export interface Live {
  readonly id: string;
  readonly outs: Properties;
  readonly isReplacementPending?: boolean;
  /** It was kept although its creation failed: update is called next. */
  readonly isPartial?: boolean;
}

/** What the state holds of one resource. */
export interface State {
  live: Live | undefined;
  pendingDeletes: Live[];
}

/** What surrounds the engine. */
export interface EngineParts {
  readonly provider: CalledProvider;
  readonly state: State;
  /** Whether a replacement takes the new one first. */
  readonly takesNewFirst: (isReplace: boolean) => boolean;
  /** What only a living engine comes past: before and after each call, and after what it saves. */
  readonly step?: () => Promise<void>;
  /** What the program does when the id has resolved. */
  readonly onSaved?: (id: string) => Promise<void>;
}

/** Pulumi's engine as far as one resource sees it: it saves only after `create` has answered, and deletes last. */
export class FewLineEngine {
  private readonly parts: EngineParts;

  constructor(parts: EngineParts) {
    this.parts = parts;
  }

  /** @param news - What the program registers. */
  async up(news: Properties, { isReplace = false } = {}): Promise<void> {
    const { state, provider, takesNewFirst } = this.parts;
    const { live } = state;
    if (!live) {
      await this.create(news);
      return this.runDeletes();
    }
    if (!isReplace && !live.isReplacementPending) {
      const diff = await this.call(() => provider.diff(live.id, live.outs, news));
      if (!diff.replaces?.length) {
        if (diff.changes || live.isPartial) await this.update(live, news);
        return this.runDeletes();
      }
    }
    if (takesNewFirst(isReplace)) {
      await this.create(news, () => state.pendingDeletes.push(live));
    } else {
      if (!live.isReplacementPending) {
        await this.delete(live);
        state.live = { ...live, isReplacementPending: true };
        await this.step();
      }
      await this.create(news);
    }
    return this.runDeletes();
  }

  async destroy(): Promise<void> {
    await this.runDeletes();
    const { live } = this.parts.state;
    if (live && !live.isReplacementPending) await this.delete(live);
    this.parts.state.live = undefined;
  }

  private async create(news: Properties, onAnswer: () => void = () => {}): Promise<void> {
    const { provider, state, onSaved } = this.parts;
    const { id, outs, error } = await this.call(() => provider.create(news));
    onAnswer();
    state.live = { id, outs, ...(error !== undefined && { isPartial: true }) };
    if (error !== undefined) throw error;
    await this.step();
    await onSaved?.(id);
  }

  private async update({ id, outs: olds }: Live, news: Properties): Promise<void> {
    const { provider, state } = this.parts;
    const { outs, error } = await this.call(() => provider.update(id, olds, news));
    state.live = { id, outs, ...(error !== undefined && { isPartial: true }) };
    if (error !== undefined) throw error;
  }

  private delete({ id, outs }: Live): Promise<void> {
    return this.call(() => this.parts.provider.delete(id, outs));
  }

  private async runDeletes(): Promise<void> {
    const { state } = this.parts;
    for (const old of [...state.pendingDeletes]) {
      await this.delete(old);
      state.pendingDeletes = state.pendingDeletes.filter((pending) => pending !== old);
      await this.step();
    }
  }

  private async call<T>(method: () => Promise<T>): Promise<T> {
    await this.step();
    try {
      return await method();
    } finally {
      await this.step();
    }
  }

  private async step(): Promise<void> {
    await this.parts.step?.();
  }
}
