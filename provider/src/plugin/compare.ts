import { isDeepStrictEqual } from "node:util";
import type { Difference, Values } from "../process/resource-call";
import { messages, type ProviderMessages } from "./grpc";
import type { ProviderContext } from "./provider-context";
import { onResource, openStruct, savedResource } from "./resource-request";
import type { ResourceType } from "./resource-types";

/** Compares the state with the program. `ignoreChanges` has been applied to the program's values already. */
export function diff(
  request: ProviderMessages.DiffRequest,
  context: ProviderContext,
): Promise<ProviderMessages.DiffResponse> {
  const olds = openStruct(request.getOlds());
  const oldInputs = openStruct(request.getOldInputs());
  const news = openStruct(request.getNews());
  return onResource(context, request, [olds, oldInputs, news], async ({ type, call }) => {
    const state = savedResource(type, request.getId(), olds);
    const resource = context.resource(type.name);
    const difference = await resource.diff(call, state, news.values);
    const response = diffResponse(type, difference, oldInputs.values, news.values);
    // the engine may decide a replacement itself, because of the option replaceOnChanges
    if (!("replace" in difference)) response.setDeletebeforereplace(resource.deletesOldFirst(call, news.values));
    if (state.pending) response.clearStablesList();
    return response;
  });
}

function diffResponse(
  type: ResourceType,
  difference: Difference,
  oldInputs: Values,
  news: Values,
): ProviderMessages.DiffResponse {
  const replacement = "replace" in difference ? difference.replace : undefined;
  const hasChanged = "replace" in difference || difference.changes;
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const response = new messages.DiffResponse();
  response.setChanges(hasChanged ? DIFF_SOME : DIFF_NONE);
  if (!hasChanged) return response;
  if (replacement) {
    response.setReplacesList([...replacement.inputs]);
    response.setDeletebeforereplace(replacement.oldFirst);
  } else {
    response.setStablesList(type.computed.filter((name) => !type.changing.includes(name)));
  }
  const changed = type.inputs.filter((name) => !isDeepStrictEqual(oldInputs[name], news[name]));
  for (const name of new Set([...changed, ...(replacement?.inputs ?? [])])) {
    const property = new messages.PropertyDiff();
    property.setKind(kindOf(name, oldInputs, news, replacement?.inputs.includes(name) ?? false));
    property.setInputdiff(true);
    response.getDetaileddiffMap().set(name, property);
  }
  response.setHasdetaileddiff(response.getDetaileddiffMap().getLength() > 0);
  return response;
}

function kindOf(name: string, oldInputs: Values, news: Values, replaces: boolean) {
  const { ADD, ADD_REPLACE, DELETE, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = messages.PropertyDiff.Kind;
  if (!(name in oldInputs)) return replaces ? ADD_REPLACE : ADD;
  if (!(name in news)) return replaces ? DELETE_REPLACE : DELETE;
  return replaces ? UPDATE_REPLACE : UPDATE;
}
