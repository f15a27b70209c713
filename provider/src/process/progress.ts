import { readlinkSync } from "node:fs";
import { createRequire } from "node:module";
import type { Metadata } from "@grpc/grpc-js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import type { Clock } from "../jobs/clock";
import type { JobReading } from "../jobs/concrete-job";
import { jobProgressText } from "../jobs/job-progress-text";
import { engineProcess, parentOf, showsDebug } from "./engine-process";

/** Shortest time between two messages in a terminal, where each replaces the one before. */
const terminalPauseMs = 500;
/** Without a terminal every message is a line of its own: after this time, or this much progress. */
const linePauseMs = 15_000;
const linePercent = 25;

type Shown = Pick<EngineLink, "hasTerminal" | "send">;

/**
 * Shows progress in a resource's row, no more often than is useful.
 */
export class Progress {
  private readonly link: Shown;
  private readonly clock: Clock;
  private readonly urn: string | undefined;
  private lastAt = Number.NEGATIVE_INFINITY;
  private lastPercent = Number.NEGATIVE_INFINITY;

  constructor(link: Shown, clock: Clock, urn: string | undefined) {
    this.link = link;
    this.clock = clock;
    this.urn = urn;
  }

  /** Shows a step of interest to a person; without a terminal only if nothing was shown for a while. */
  step(text: string): void {
    const now = this.clock.now();
    if (!this.link.hasTerminal && now - this.lastAt < linePauseMs) return;
    this.show(text, now);
  }

  /** Shows how far a job is, now and then. */
  job(what: string, reading: JobReading, elapsedMs: number): void {
    const now = this.clock.now();
    const percent = reading.percentComplete ?? 0;
    const due = this.link.hasTerminal
      ? now - this.lastAt >= terminalPauseMs
      : now - this.lastAt >= linePauseMs || percent - this.lastPercent >= linePercent;
    if (!due) return;
    this.lastPercent = percent;
    this.show(jobProgressText(what, reading, elapsedMs), now);
  }

  private show(text: string, now: number): void {
    this.lastAt = now;
    this.link.send({ severity: "info", text, urn: this.urn, ephemeral: true });
  }

  /** Shows a message that stays on the screen. */
  info(text: string): void {
    this.link.send({ severity: "info", text, urn: this.urn, ephemeral: false });
  }

  /** Warns, in a way that stays on the screen. */
  warn(text: string): void {
    this.link.send({ severity: "warning", text, urn: this.urn, ephemeral: false });
  }
}

/** How the engine takes a message. */
export type Severity = "debug" | "info" | "warning";

/** A message for the engine. */
export interface EngineMessage {
  readonly severity: Severity;
  readonly text: string;
  /** The resource in whose row it is shown; without one it goes to the stack's row. */
  readonly urn: string | undefined;
  /** Shown in the row's Info column only while the resource is worked on. */
  readonly ephemeral: boolean;
}

/** The connection back to the engine that started this process. */
export interface EngineLink {
  /** Whether the engine writes to a terminal; false if that isn't known. */
  readonly hasTerminal: boolean;
  /** Whether the engine may show debug messages. */
  readonly takesDebug: boolean;
  /** Sends a message; one that can't be delivered is dropped. */
  send(message: EngineMessage): void;
}

/** A link that leads nowhere: for programs and tests without an engine. */
export const noEngine: EngineLink = { hasTerminal: false, takesDebug: false, send: () => {} };

/**
 * Makes the link to the engine whose address stands last on this process's command line.
 *
 * The dynamic host has no logging of its own, so this speaks the engine's gRPC service, with the copy of `@grpc/grpc-js`
 * that `@pulumi/pulumi` has: credentials of another copy are refused. Connects with the first message.
 */
export function engineLink(address: string | undefined = process.argv.at(-1)): EngineLink {
  if (!address || !/^[\w.:[\]-]+:\d+$/.test(address)) return noEngine;
  let client: Client | undefined;
  return {
    hasTerminal: engineHasTerminal(),
    takesDebug: showsDebug(engineProcess(), process.env),
    send: (message) => {
      try {
        client ??= connect(address);
        client.send(message);
      } catch {
        // progress is optional: no operation fails without it
      }
    },
  };
}

interface Client {
  send(message: EngineMessage): void;
}

function connect(address: string): Client {
  const requireOfPulumi = createRequire(require.resolve("@pulumi/pulumi/package.json"));
  const grpc = requireOfPulumi("@grpc/grpc-js") as typeof import("@grpc/grpc-js");
  const { EngineClient } = requireOfPulumi("./proto/engine_grpc_pb") as {
    EngineClient: new (
      address: string,
      credentials: unknown,
    ) => { log(request: LogRequest, callback: (error: Error | null, answer: Metadata) => void): void };
  };
  const messages = requireOfPulumi("./proto/engine_pb") as typeof import("@pulumi/pulumi/proto/engine_pb");
  const engine = new EngineClient(address, grpc.credentials.createInsecure());
  const severities = {
    debug: messages.LogSeverity.DEBUG,
    info: messages.LogSeverity.INFO,
    warning: messages.LogSeverity.WARNING,
  };
  return {
    send: ({ severity, text, urn, ephemeral }) => {
      const request = new messages.LogRequest();
      request.setSeverity(severities[severity]);
      request.setMessage(text);
      request.setUrn(urn ?? "");
      request.setEphemeral(ephemeral);
      engine.log(request, () => {});
    },
  };
}

/**
 * Whether the engine's standard output is a terminal. The process's own standard output says nothing: the engine reads it through a pipe.
 *
 * Known on Linux only, where the parents' open files can be looked at; elsewhere it counts as none, which is quieter.
 */
function engineHasTerminal(): boolean {
  try {
    return [process.ppid, parentOf(process.ppid)].some((pid) =>
      /^\/dev\/(pts\/|tty)/.test(readlinkSync(`/proc/${pid}/fd/1`)),
    );
  } catch {
    return false;
  }
}
