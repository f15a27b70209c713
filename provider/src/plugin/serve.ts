import type { EventEmitter } from "node:events";
import type { Server, ServerUnaryCall, sendUnaryData, UntypedServiceImplementation } from "@grpc/grpc-js";
import { check } from "./check";
import { diff } from "./compare";
import { checkConfig, configure, diffConfig } from "./configuration";
import { type CallFailure, callFailure, Empty, grpc, messages, PluginInfo, ResourceProviderService } from "./grpc";
import { invoke } from "./look-up";
import { create, read, remove, update } from "./operations";
import type { ProviderContext } from "./provider-context";
import schemaText from "./schema.json";

type Handler = (request: never, context: ProviderContext) => Promise<object>;

/** The methods of `pulumirpc.ResourceProvider` that the plugin serves; the engine does without the others. */
const handlers: Readonly<Record<string, Handler>> = {
  handshake: async () => {
    const response = new messages.ProviderHandshakeResponse();
    response.setAcceptSecrets(true);
    return response;
  },
  getPluginInfo: async () => {
    const info = new PluginInfo();
    info.setVersion(schemaText.version);
    return info;
  },
  getSchema: async () => {
    const response = new messages.GetSchemaResponse();
    response.setSchema(JSON.stringify(schemaText));
    return response;
  },
  checkConfig,
  diffConfig,
  configure,
  check,
  diff,
  create,
  read,
  update,
  delete: remove,
  invoke,
  cancel: async (_request, context) => {
    await context.cancel();
    return new Empty();
  },
};

/** A message may be as large as the engine's own. */
const messageBytes = 400 * 2 ** 20;

/** Serves the provider on a free port of this computer. @returns The port. */
export async function serve(context: ProviderContext): Promise<number> {
  const server: Server = new grpc.Server({
    "grpc.max_receive_message_length": messageBytes,
    "grpc.max_send_message_length": messageBytes,
  });
  const service: UntypedServiceImplementation = {};
  for (const name of Object.keys(ResourceProviderService)) {
    const handler = handlers[name];
    service[name] = handler ? unary(name, handler, context) : unimplemented(name);
  }
  server.addService(ResourceProviderService, service);
  return new Promise((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    );
  });
}

function unary(name: string, handler: Handler, context: ProviderContext) {
  return (call: ServerUnaryCall<unknown, object>, callback: sendUnaryData<object>) => {
    const answer = () => handler(call.request as never, context);
    const answered = name === "cancel" ? answer() : context.during(answer);
    answered.then(
      (response) => callback(null, response),
      (error: unknown) => callback(asFailure(error, context)),
    );
  };
}

/** Makes what the engine shows: the message without secrets, and never a stack. */
function asFailure(error: unknown, context: ProviderContext): CallFailure {
  if (typeof error === "object" && error !== null && "details" in error) return error as CallFailure;
  return callFailure(context.withoutSecrets(error instanceof Error ? error.message : String(error)));
}

function unimplemented(name: string) {
  return (call: EventEmitter, callback?: sendUnaryData<object>) => {
    const failure = callFailure(`The plugin doesn't serve ${name}.`, grpc.status.UNIMPLEMENTED);
    // a call that answers by a stream has no callback
    if (callback) callback(failure);
    else call.emit("error", failure);
  };
}
