import { fromState, type ResourceCall, type SavedResource } from "../process/resource-call";
import { callFailure, fromStruct, grpc, type StructType } from "./grpc";
import type { ProviderContext } from "./provider-context";
import { type ResourceType, resourceType } from "./resource-types";
import { type Opened, openProperties } from "./wire-values";

/** What every request about a resource has. */
interface ResourceRequest {
  getUrn(): string;
  getTimeout?(): number;
  getPreview?(): boolean;
}

/** A request about a resource. */
export interface Addressed {
  readonly type: ResourceType;
  /** The resource's name in the program. */
  readonly name: string;
  readonly call: ResourceCall;
}

/**
 * Answers a request about a resource.
 *
 * @param properties - All properties that the request has: no message may have one of their secrets.
 * @param operation - The operation whose timeout the request names.
 */
export async function onResource<T>(
  context: ProviderContext,
  request: ResourceRequest,
  properties: readonly Opened[],
  answer: (addressed: Addressed) => Promise<T>,
  operation?: "create" | "update" | "delete",
): Promise<T> {
  for (const { secretTexts } of properties) context.noteSecrets(secretTexts);
  const { type, name } = addressee(request.getUrn());
  const seconds = request.getTimeout?.() ?? 0;
  const call = await context.callOf({
    resource: request.getUrn(),
    timeouts: operation && seconds > 0 ? { [operation]: seconds * 1000 } : {},
    preview: request.getPreview?.() ?? false,
  });
  return answer({ type, name, call });
}

/** Finds the type and the name in a URN: `urn:pulumi:STACK::PROJECT::PARENT$TYPE::NAME`. */
function addressee(urn: string): { readonly type: ResourceType; readonly name: string } {
  const [, , types = "", ...name] = urn.split("::");
  const token = types.split("$").at(-1) ?? "";
  const type = resourceType(token);
  if (type) return { type, name: name.join("::") };
  const text = `The plugin has no resource type ${JSON.stringify(token)}. Check the type in the program, and the plugin's version.`;
  throw callFailure(text, grpc.status.INVALID_ARGUMENT);
}

/** Reads properties off the wire. */
export const openStruct = (struct: StructType | undefined): Opened => openProperties(fromStruct(struct));

/**
 * Reads what the state holds of a resource.
 *
 * @throws CallFailure for a state that another version wrote in a form that this one can't read.
 */
export function savedResource({ reference }: ResourceType, id: string, { values, refused }: Opened): SavedResource {
  const [special] = refused;
  if (special) throw unreadable(special.property);
  const state = fromState(id, values as SavedResource["outputs"]);
  if (values["__pending"] != null && !isPending(state.pending)) throw unreadable("__pending");
  // one that is only read has nothing but its id
  const isSaved = Object.keys(state.outputs).some((name) => name !== "connection");
  if (isSaved && state.pending === null && typeof state.outputs[reference] !== "string") throw unreadable(reference);
  return state;
}

function isPending(pending: SavedResource["pending"]): boolean {
  const isTextOrNull = (value: unknown) => value === null || typeof value === "string";
  return pending !== null && Array.isArray(pending.before) && isTextOrNull(pending.job) && isTextOrNull(pending.made);
}

const unreadable = (property: string) =>
  callFailure(
    `The state has ${property} in a form that this version of the plugin can't read. Nothing was changed. Use the version that wrote the state, or a newer one.`,
  );
