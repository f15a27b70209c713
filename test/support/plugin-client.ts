import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { type JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb";

/** Makes a message's properties. */
export const struct = (value: object) => Struct.fromJavaScript(value as Record<string, JavaScriptValue>);

/** Gives the URN of a resource that has no parent. */
export const pluginUrn = (name: string, type = "hyperv-snapshots:index:CollectionSnapshot") =>
  `urn:pulumi:test::project::${type}::${name}`;

/** The plugin's process, driven over gRPC as the engine drives it. */
export class PluginClient {
  readonly process: ChildProcess;
  /** What the process wrote to its standard error. */
  stderr = "";
  private readonly client: ResourceProviderClient;

  private constructor(process: ChildProcess, port: string) {
    this.process = process;
    this.client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
    process.stderr?.on("data", (piece) => {
      this.stderr += piece;
    });
  }

  /**
   * Starts the process and configures it.
   *
   * @param executables - The folder of the plugin's executable.
   */
  static async start(
    executables: string,
    configuration: object,
    { folder, env }: { readonly folder: string; readonly env: NodeJS.ProcessEnv },
  ): Promise<PluginClient> {
    const executable = join(executables, "pulumi-resource-hyperv-snapshots");
    const process = spawn(globalThis.process.execPath, [executable], { cwd: folder, env });
    const port = await new Promise<string>((resolve) => {
      createInterface({ input: process.stdout }).once("line", resolve);
    });
    const plugin = new PluginClient(process, port);
    const request = new messages.ConfigureRequest();
    request.setArgs(struct(configuration));
    await plugin.call("configure", request);
    return plugin;
  }

  /** Calls a method, and gives its answer or throws its refusal. */
  call<Answer>(method: string, request: object): Promise<Answer> {
    type Method = (request: object, done: (error: Error | null, answer: Answer) => void) => void;
    const methods = this.client as unknown as Record<string, Method>;
    return new Promise((resolve, reject) => {
      methods[method]!.call(this.client, request, (error, answer) => (error ? reject(error) : resolve(answer)));
    });
  }

  check(inputs: object, urn = pluginUrn("before")): Promise<messages.CheckResponse> {
    const request = new messages.CheckRequest();
    request.setUrn(urn);
    request.setNews(struct(inputs));
    return this.call("check", request);
  }

  create(inputs: object, urn = pluginUrn("before")): Promise<messages.CreateResponse> {
    const request = new messages.CreateRequest();
    request.setUrn(urn);
    request.setProperties(struct(inputs));
    return this.call("create", request);
  }

  /** Ends the process as the engine does, and waits for its end. */
  async stop(): Promise<void> {
    this.client.close();
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.kill("SIGINT");
    await ended;
  }
}
