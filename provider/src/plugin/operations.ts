import { type Answer, notKnownYet, toState, type Values } from "../process/resource-call";
import { Empty, initFailure, messages, type ProviderMessages, toStruct } from "./grpc";
import type { ProviderContext } from "./provider-context";
import { type Addressed, onResource, openStruct, savedResource } from "./resource-request";
import { type ResourceType, secretNames } from "./resource-types";
import { type Opened, sealProperties } from "./wire-values";

/** Creates a resource; a preview answers what is known before anything is made. */
export function create(
  request: ProviderMessages.CreateRequest,
  context: ProviderContext,
): Promise<ProviderMessages.CreateResponse> {
  const inputs = openStruct(request.getProperties());
  const answered = async ({ type, call }: Addressed) => {
    const answer = await context.resource(type.name).create(call, inputs.values);
    const response = new messages.CreateResponse();
    response.setId(call.preview ? "" : answer.id);
    response.setProperties(toStruct(propertiesOf(type, answer, inputs, { context, isPreview: call.preview })));
    return response;
  };
  return onResource(context, request, [inputs], answered, "create");
}

/** Updates a resource in place, or resumes one that isn't complete. */
export function update(
  request: ProviderMessages.UpdateRequest,
  context: ProviderContext,
): Promise<ProviderMessages.UpdateResponse> {
  const [olds, news] = [openStruct(request.getOlds()), openStruct(request.getNews())];
  const answered = async ({ type, call }: Addressed) => {
    const state = savedResource(type, request.getId(), olds);
    const answer = await context.resource(type.name).update(call, state, news.values);
    const response = new messages.UpdateResponse();
    response.setProperties(toStruct(propertiesOf(type, answer, news, { context, isPreview: call.preview })));
    return response;
  };
  return onResource(context, request, [olds, news], answered, "update");
}

/** Reads a resource: to refresh it, to import it, or for a program's `get`. An empty answer reports it as deleted. */
export function read(
  request: ProviderMessages.ReadRequest,
  context: ProviderContext,
): Promise<ProviderMessages.ReadResponse> {
  const [properties, inputs] = [openStruct(request.getProperties()), openStruct(request.getInputs())];
  return onResource(context, request, [properties, inputs], async ({ type, call }) => {
    const isSaved = Object.keys(properties.values).length > 0;
    const state = savedResource(type, request.getId(), isSaved ? properties : inputs);
    const found = await context.resource(type.name).read(call, state);
    const response = new messages.ReadResponse();
    if (found === null) return response;
    const secrets = secretNames(type, properties.secrets, inputs.secrets);
    response.setId(found.id);
    response.setProperties(toStruct(sealProperties(present(toState(found)), secrets)));
    response.setInputs(toStruct(sealProperties(found.inputs, secrets)));
    return response;
  });
}

/** Deletes a resource. */
export function remove(
  request: ProviderMessages.DeleteRequest,
  context: ProviderContext,
): Promise<InstanceType<typeof Empty>> {
  const properties = openStruct(request.getProperties());
  const answered = async ({ type, call }: Addressed) => {
    await context.resource(type.name).delete(call, savedResource(type, request.getId(), properties));
    return new Empty();
  };
  return onResource(context, request, [properties], answered, "delete");
}

/** @throws CallFailure that keeps the resource in the state, if it isn't complete. */
function propertiesOf(
  type: ResourceType,
  answer: Answer,
  inputs: Opened,
  { context, isPreview }: { readonly context: ProviderContext; readonly isPreview: boolean },
): Record<string, unknown> {
  const unknown: Values = isPreview ? Object.fromEntries(type.computed.map((name) => [name, notKnownYet])) : {};
  const values: Values = { ...unknown, ...toState(answer) };
  const properties = sealProperties(present(values), secretNames(type, inputs.secrets));
  if (!answer.incomplete) return properties;
  throw initFailure(answer.id, properties, context.withoutSecrets(answer.incomplete.message));
}

/** Leaves out the outputs that are null: to every language they are the same as absent ones, and the state pays for each. */
function present(values: Values): Values {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
