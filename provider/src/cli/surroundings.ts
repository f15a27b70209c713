import type { Readable, Writable } from "node:stream";
import { connect, examineConnection } from "../connection";
import { type Clock, systemClock } from "../jobs/clock";

/** A stream that may be a terminal. */
type Terminal<Stream> = Stream & { readonly isTTY?: boolean; readonly columns?: number };

/** What the command needs from its process; tests bring their own. */
export interface Surroundings {
  readonly stdin: Terminal<Readable>;
  readonly stdout: Terminal<Writable>;
  readonly stderr: Terminal<Writable>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The folder in which the command runs. */
  readonly workingFolder: string;
  readonly clock: Clock;
  /** Milliseconds since 1970. */
  readonly today: () => number;
  readonly connect: typeof connect;
  /** Tries the connection to the host step by step. */
  readonly examine: typeof examineConnection;
  /** Starts to listen for ^C. */
  readonly interruption: () => Interruption;
}

/** A listener for ^C. */
export interface Interruption {
  readonly signal: AbortSignal;
  /** Stops listening: the next ^C ends the process. */
  readonly end: () => void;
}

/** Takes everything from this process. */
export function processSurroundings(): Surroundings {
  return {
    stdin: process.stdin,
    stdout: process.stdout,
    stderr: process.stderr,
    environment: process.env,
    workingFolder: process.cwd(),
    clock: systemClock,
    today: Date.now,
    connect,
    examine: examineConnection,
    interruption: () => {
      const controller = new AbortController();
      const interrupt = () => controller.abort();
      process.once("SIGINT", interrupt);
      return { signal: controller.signal, end: () => process.off("SIGINT", interrupt) };
    },
  };
}
