/** How a run is interrupted: everything dies at once, or the engine alone, and the provider finishes a request without a caller. */
export type KillKind = "both" | "engine";

/** Where a run is interrupted: at which step, and how. */
export interface Kill {
  readonly at: number;
  readonly kind: KillKind;
}

/** The run was interrupted. */
export class Killed extends Error {}

/** Counts the steps of a run, and interrupts it at one of them. */
export class Fuse {
  private readonly kill: Kill | undefined;
  private readonly reject: (error: Killed) => void;
  /** Rejects when everything dies. */
  readonly death: Promise<never>;
  steps = 0;
  isEngineDead = false;
  private isDead = false;

  constructor(kill: Kill | undefined) {
    this.kill = kill;
    let reject: (error: Killed) => void = () => {};
    this.death = new Promise((_, fail) => {
      reject = fail;
    });
    this.death.catch(() => {});
    this.reject = reject;
  }

  /** One step of the provider or the engine. After the death of everything no step is ever made again. */
  step(): Promise<void> {
    this.steps += 1;
    if (this.steps === this.kill?.at) {
      if (this.kill.kind === "engine") this.isEngineDead = true;
      else this.die();
    }
    return this.isDead ? new Promise(() => {}) : Promise.resolve();
  }

  /** What only a living engine does. */
  async engineStep(): Promise<void> {
    await this.step();
    if (this.isEngineDead) {
      this.die();
      await this.death;
    }
  }

  /** Makes every method of an object two steps: one before it takes effect, one before its answer is there. */
  wrap<T extends object>(target: T, isStep: (method: string) => boolean = () => true): T {
    return new Proxy(target, {
      get: (object, name) => {
        const value = Reflect.get(object, name) as unknown;
        if (typeof value !== "function" || !isStep(String(name))) return value;
        return async (...parameters: unknown[]) => {
          await this.step();
          const answer = await (value.apply(object, parameters) as Promise<unknown>);
          await this.step();
          return answer;
        };
      },
    });
  }

  private die(): void {
    this.isDead = true;
    this.reject(new Killed("the run was interrupted"));
  }
}
