import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { type LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** Plain JSON, as the engine sends and gets it. */
export type Properties = Record<string, unknown>;

/** Returns the text by which Pulumi finds what serves a class: an export of the lifecycle module. */
export const providerTextOf = (lifecycle: string): string =>
  `exports.handler=()=>require("pulumi-hyperv-snapshots/lifecycle").${lifecycle}`;

/** The text by which Pulumi finds the lifecycle of a `CollectionSnapshot`. */
export const providerText = providerTextOf("collectionSnapshot");

/** A message that the provider sent to the engine. */
export interface EngineLog {
  readonly severity: "debug" | "info" | "warning" | "error";
  readonly text: string;
  readonly urn: string;
  readonly ephemeral: boolean;
}

/** What `create` or `update` answered when it kept a resource that isn't complete. */
export interface InitFailed {
  readonly id: string;
  readonly properties: Properties;
  readonly reasons: string[];
}

/** A refusal as the engine sees it: only the message, and for a partial create what came with it. */
export class CallFailed extends Error {
  readonly initFailed: InitFailed | undefined;

  constructor(message: string, initFailed: InitFailed | undefined) {
    super(message);
    this.initFailed = initFailed;
  }
}

const severities = new Map<number, EngineLog["severity"]>([
  [LogSeverity.DEBUG, "debug"],
  [LogSeverity.INFO, "info"],
  [LogSeverity.WARNING, "warning"],
  [LogSeverity.ERROR, "error"],
]);

/**
 * The real dynamic-provider process of `@pulumi/pulumi`, driven over gRPC as the engine drives it; the engine is a few lines here.
 */
export class DynamicHost {
  readonly process: ChildProcess;
  /** What it logged to the engine. */
  readonly logs: readonly EngineLog[];
  /** What the process wrote to its standard error. */
  stderr = "";
  private readonly engine: grpc.Server;
  private readonly client: ResourceProviderClient;

  private constructor(process: ChildProcess, engine: grpc.Server, port: string, logs: readonly EngineLog[]) {
    this.process = process;
    this.engine = engine;
    this.logs = logs;
    this.client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    process.stderr?.on("data", (data) => {
      this.stderr += data;
    });
  }

  /**
   * Starts the process.
   *
   * @param configuration - The stack's configuration, namespaced.
   * @param folder - The program's folder, from which the package is resolved by name.
   */
  static async start(configuration: Record<string, string>, folder: string, env = process.env): Promise<DynamicHost> {
    const engine = new grpc.Server();
    const logs: EngineLog[] = [];
    engine.addService(EngineService as unknown as grpc.ServiceDefinition, {
      log: (call: grpc.ServerUnaryCall<LogRequest, Empty>, callback: grpc.sendUnaryData<Empty>) => {
        logs.push({
          severity: severities.get(call.request.getSeverity()) ?? "info",
          text: call.request.getMessage(),
          urn: call.request.getUrn(),
          ephemeral: call.request.getEphemeral(),
        });
        callback(null, new Empty());
      },
    });
    const enginePort = await new Promise<number>((resolve, reject) => {
      engine.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
        error ? reject(error) : resolve(port),
      );
    });
    const script = require.resolve("@pulumi/pulumi/cmd/dynamic-provider/index.js");
    const child = spawn(process.execPath, [script, `127.0.0.1:${enginePort}`], {
      cwd: folder,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const lines = createInterface({ input: child.stdout });
    const port = await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      child.once("exit", (code) => reject(new Error(`The provider process ended with ${code} before it was there`)));
    });
    const host = new DynamicHost(child, engine, port, logs);
    const request = new messages.ConfigureRequest();
    request.setArgs(asStruct(configuration));
    await host.call((done) => host.client.configure(request, done));
    return host;
  }

  async check(
    inputs: Properties,
    olds: Properties = {},
  ): Promise<{ inputs: Properties; failures: [string, string][] }> {
    const request = new messages.CheckRequest();
    request.setOlds(asStruct(olds));
    request.setNews(asStruct(withProvider(inputs)));
    const answer = await this.call<messages.CheckResponse>((done) => this.client.check(request, done));
    return {
      inputs: asObject(answer.getInputs()),
      failures: answer.getFailuresList().map((failure) => [failure.getProperty(), failure.getReason()]),
    };
  }

  async diff(
    id: string,
    olds: Properties,
    news: Properties,
  ): Promise<{ changes: boolean | undefined; replaces: string[]; deleteBeforeReplace: boolean }> {
    const request = new messages.DiffRequest();
    request.setId(id);
    request.setOlds(asStruct(withProvider(olds)));
    request.setNews(asStruct(withProvider(news)));
    const answer = await this.call<messages.DiffResponse>((done) => this.client.diff(request, done));
    const { DIFF_SOME, DIFF_NONE } = messages.DiffResponse.DiffChanges;
    const changes = answer.getChanges();
    return {
      changes: changes === DIFF_SOME ? true : changes === DIFF_NONE ? false : undefined,
      replaces: answer.getReplacesList(),
      deleteBeforeReplace: answer.getDeletebeforereplace(),
    };
  }

  async create(inputs: Properties): Promise<{ id: string; outputs: Properties }> {
    const request = new messages.CreateRequest();
    request.setProperties(asStruct(withProvider(inputs)));
    const answer = await this.call<messages.CreateResponse>((done) => this.client.create(request, done));
    return { id: answer.getId(), outputs: asObject(answer.getProperties()) };
  }

  async read(id: string, outputs: Properties): Promise<{ id: string; outputs: Properties; inputs: Properties }> {
    const request = new messages.ReadRequest();
    request.setId(id);
    request.setProperties(asStruct(withProvider(outputs)));
    const answer = await this.call<messages.ReadResponse>((done) => this.client.read(request, done));
    return { id: answer.getId(), outputs: asObject(answer.getProperties()), inputs: asObject(answer.getInputs()) };
  }

  async update(id: string, olds: Properties, news: Properties): Promise<Properties> {
    const request = new messages.UpdateRequest();
    request.setId(id);
    request.setOlds(asStruct(withProvider(olds)));
    request.setNews(asStruct(withProvider(news)));
    const answer = await this.call<messages.UpdateResponse>((done) => this.client.update(request, done));
    return asObject(answer.getProperties());
  }

  async delete(id: string, outputs: Properties): Promise<void> {
    const request = new messages.DeleteRequest();
    request.setId(id);
    request.setProperties(asStruct(withProvider(outputs)));
    await this.call<Empty>((done) => this.client.delete(request, done));
  }

  /** Ends the process as the engine does, and waits for it. */
  async stop(signal: NodeJS.Signals = "SIGINT"): Promise<void> {
    this.client.close();
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = new Promise((resolve) => this.process.once("exit", resolve));
      this.process.kill(signal);
      await ended;
    }
    this.engine.forceShutdown();
  }

  /** Lets the engine die, as it does when its CLI is killed. @returns How the process ended then. */
  async loseEngine(): Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }> {
    const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
      this.process.once("exit", (code, signal) => resolve({ code, signal }));
    });
    this.engine.forceShutdown();
    return ended;
  }

  private call<T>(send: (done: (error: grpc.ServiceError | null, answer: T) => void) => unknown): Promise<T> {
    return new Promise((resolve, reject) => {
      send((error, answer) => (error ? reject(asCallFailed(error)) : resolve(answer)));
    });
  }
}

function asCallFailed(error: grpc.ServiceError): CallFailed {
  const [packed] = error.metadata.get("grpc-status-details-bin");
  if (!packed) return new CallFailed(error.details, undefined);
  const [detail] = Status.deserializeBinary(packed as Buffer).getDetailsList();
  const failed = messages.ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() ?? new Uint8Array());
  return new CallFailed(error.details, {
    id: failed.getId(),
    properties: asObject(failed.getProperties()),
    reasons: failed.getReasonsList(),
  });
}

function withProvider(properties: Properties): Properties {
  return { __provider: providerText, ...properties };
}

function asStruct(properties: Properties): Struct {
  return Struct.fromJavaScript(properties as Record<string, JavaScriptValue>);
}

function asObject(struct: Struct | undefined): Properties {
  return struct?.toJavaScript() ?? {};
}
