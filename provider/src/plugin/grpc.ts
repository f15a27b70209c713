import { createRequire } from "node:module";
import type * as Grpc from "@grpc/grpc-js";
import type * as PluginMessages from "@pulumi/pulumi/proto/plugin_pb";
import type * as ProviderService from "@pulumi/pulumi/proto/provider_grpc_pb";
import type * as ProviderMessages from "@pulumi/pulumi/proto/provider_pb";
import type * as StatusMessages from "@pulumi/pulumi/proto/status_pb";
import type { Any as AnyType } from "google-protobuf/google/protobuf/any_pb";
import type * as EmptyMessages from "google-protobuf/google/protobuf/empty_pb";
import type { JavaScriptValue, Struct as StructType } from "google-protobuf/google/protobuf/struct_pb";

/** Loads what `@pulumi/pulumi` has: gRPC refuses objects of another copy. */
const load = createRequire(require.resolve("@pulumi/pulumi/package.json")) as <T>(name: string) => T;

export const grpc = load<typeof Grpc>("@grpc/grpc-js");
export const { ResourceProviderService } = load<typeof ProviderService>("./proto/provider_grpc_pb");
export const messages = load<typeof ProviderMessages>("./proto/provider_pb");
export const { PluginInfo } = load<typeof PluginMessages>("./proto/plugin_pb");
export const { Empty } = load<typeof EmptyMessages>("google-protobuf/google/protobuf/empty_pb.js");

const { Status } = load<typeof StatusMessages>("./proto/status_pb");
const { Struct } = load<{ Struct: typeof StructType }>("google-protobuf/google/protobuf/struct_pb.js");
const { Any } = load<{ Any: typeof AnyType }>("google-protobuf/google/protobuf/any_pb.js");

export type { ProviderMessages, StructType };

/** Reads a message's properties. */
export const fromStruct = (struct: StructType | undefined): unknown => struct?.toJavaScript() ?? {};

/** Makes a message's properties. */
export const toStruct = (properties: Record<string, unknown>): StructType =>
  Struct.fromJavaScript(properties as Record<string, JavaScriptValue>);

/** What gRPC answers for a call that failed. */
export interface CallFailure {
  readonly code: number;
  readonly details: string;
  readonly metadata?: Grpc.Metadata;
}

/** Makes the failure of a call. The engine shows its text on the resource's row. */
export function callFailure(details: string, code = grpc.status.UNKNOWN): CallFailure {
  return { code, details };
}

/** Makes the failure by which the engine keeps a resource in the state that isn't complete. */
export function initFailure(id: string, properties: Record<string, unknown>, reason: string): CallFailure {
  const detail = new messages.ErrorResourceInitFailed();
  detail.setId(id);
  detail.setProperties(toStruct(properties));
  detail.setReasonsList([reason]);
  const any = new Any();
  any.pack(detail.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const status = new Status();
  status.setCode(grpc.status.UNKNOWN);
  status.setMessage(reason);
  status.setDetailsList([any]); // addDetails returns the child, and the engine would get none
  const metadata = new grpc.Metadata();
  metadata.add("grpc-status-details-bin", Buffer.from(status.serializeBinary()));
  return { code: grpc.status.UNKNOWN, details: reason, metadata };
}
