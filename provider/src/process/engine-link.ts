import { readlinkSync } from "node:fs";
import { createRequire } from "node:module";
import type { Metadata } from "@grpc/grpc-js";
import type { LogRequest } from "@pulumi/pulumi/proto/engine_pb";
import { engineProcess, parentOf, showsDebug } from "./engine-process";

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
