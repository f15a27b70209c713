import type { Readable, Writable } from "node:stream";
import type { ShellFailure } from "./shell-failure";

/** How a shell ended. */
export interface ShellEnd {
  /** The exit code, where it is known. */
  readonly code: number | null;
  /** Why the program couldn't be started, or how it failed. */
  readonly error?: Error | undefined;
  /** The beginning of what it, or what carries it, wrote to standard error. */
  readonly stderr?: string;
}

/** A PowerShell that reads commands from standard input, on this computer or a remote one. */
export interface ShellChannel {
  readonly stdin: Writable;
  /** Gives text. */
  readonly stdout: Readable;
  /** Gives text. */
  readonly stderr: Readable;
  /** Settles when the shell has ended and everything that it printed was read. */
  readonly ended: Promise<ShellEnd>;
  /** Ends the shell at once. */
  readonly kill: () => void;
  /** Called once the worker runs. */
  readonly onReady?: () => void;
}

/** What surrounds the end of a shell. */
export interface EndCircumstances {
  /** What it printed beside answers, for a message; empty where it printed nothing. */
  readonly printed: string;
  /** Whether the worker ran in it. */
  readonly wasReady: boolean;
}

/** Starts shells of one kind, and knows what their ends mean. */
export interface ShellProgram {
  /** Starts a shell and gives it its first line in the same tick. @throws {@link ShellFailure} when it lacks what it needs. */
  readonly start: (firstLine: string) => ShellChannel;
  /** Explains why a shell ended. */
  readonly explain: (end: ShellEnd, circumstances: EndCircumstances) => ShellFailure;
}
