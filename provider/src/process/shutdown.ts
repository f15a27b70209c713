import { connect } from "node:http2";
/** What a shutdown needs from the process; tests bring their own. */
export interface EndingProcess {
  on(signal: NodeJS.Signals, listener: () => void): unknown;
  off(signal: NodeJS.Signals, listener: () => void): unknown;
  listenerCount(signal: NodeJS.Signals): number;
  kill(pid: number, signal: NodeJS.Signals): unknown;
  readonly pid: number;
}

const signals = ["SIGINT", "SIGTERM"] as const;

/** How long a release may take: Pulumi kills a provider 5 s after its signal. */
const patienceMs = 3000;

/**
 * Shuts the process down after it has released what it holds.
 *
 * The process is shared with other packages' dynamic resources, so it never just exits: our listener is removed, and the signal is raised
 * again if no other listener remains.
 */
export class Shutdown {
  private readonly process: EndingProcess;
  private readonly release: () => Promise<unknown>;
  private isListening = false;
  private isEnding = false;
  private readonly listeners = signals.map((signal) => ({ signal, listener: () => void this.afterSignal(signal) }));

  /** @param release - Releases what the process holds. */
  constructor(process: EndingProcess, release: () => Promise<unknown>) {
    this.process = process;
    this.release = release;
  }

  /** Makes the process listen for its end: something is held from now on. */
  listen(): void {
    if (this.isListening) return;
    this.isListening = true;
    for (const { signal, listener } of this.listeners) this.process.on(signal, listener);
  }

  /** Ends after a signal: other listeners got it, too, and without any other it is raised again. */
  async afterSignal(signal: NodeJS.Signals): Promise<void> {
    if (!(await this.giveBack())) return;
    // other packages may listen only for a moment, such as while they write a file
    for (let tries = 0; this.process.listenerCount(signal) > 0; tries += 1) {
      if (tries === 10) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    this.process.kill(this.process.pid, signal);
  }

  /** Ends because the engine has ended: every handler in the process is called, since no signal comes. */
  async withoutEngine(): Promise<void> {
    if (await this.giveBack()) this.process.kill(this.process.pid, "SIGTERM");
  }

  /** Releases everything. @returns False when that is under way already. */
  private async giveBack(): Promise<boolean> {
    if (this.isEnding) return false;
    this.isEnding = true;
    const released = this.release().catch(() => {}); // what can't be released ends with the process
    await Promise.race([released, new Promise((resolve) => setTimeout(resolve, patienceMs))]);
    for (const { signal, listener } of this.listeners) this.process.off(signal, listener);
    return true;
  }
}

/**
 * Reports that the engine has ended: a provider outlives a killed CLI, and would otherwise never end.
 *
 * Holds one connection to the engine's address, which closes when the engine dies. A later check proves nothing, since addresses are used again.
 *
 * @param address - As it stands last on the command line.
 * @param startedByEngine - Whether an engine is sure to have started this process: one that never answers was killed meanwhile.
 */
export function watchEngine(address: string | undefined, onEnd: () => void, startedByEngine = false): void {
  if (!address || !/^[\w.:[\]-]+:\d+$/.test(address)) return;
  const session = connect(`http://${address}`);
  let wasThere = startedByEngine;
  session.once("connect", () => {
    wasThere = true;
  });
  session.on("error", () => {}); // it closes, too
  session.once("close", () => {
    if (wasThere) onEnd();
  });
  session.unref();
}
