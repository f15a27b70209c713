import { type Properties, type Values, visible } from "../process/resource-call";
import { messages, type ProviderMessages, toStruct } from "./grpc";
import type { ProviderContext } from "./provider-context";
import { onResource, openStruct } from "./resource-request";
import { sealProperties } from "./wire-values";

/** Checks a resource's inputs, and adds the defaults. */
export function check(
  request: ProviderMessages.CheckRequest,
  context: ProviderContext,
): Promise<ProviderMessages.CheckResponse> {
  const [before, given] = [openStruct(request.getOlds()), openStruct(request.getNews())];
  return onResource(context, request, [before, given], async ({ type, name, call }) => {
    const isNew = Object.keys(before.values).length === 0;
    const olds = isNew ? null : (visible(before.values) as Properties);
    const news: Values = { ...given.values, [type.nameInput]: given.values[type.nameInput] ?? name };
    const { inputs, failures } = await context.resource(type.name).check(call, olds, news);
    const isRefused = (property: string) => given.refused.some((one) => one.property.startsWith(property));
    const response = new messages.CheckResponse();
    response.setInputs(toStruct(sealProperties(inputs, given.secrets)));
    response.setFailuresList(
      [...given.refused, ...failures.filter(({ property }) => !isRefused(property))].map(({ property, reason }) =>
        checkFailure({ property, reason: context.withoutSecrets(reason) }),
      ),
    );
    return response;
  });
}

/** Makes the failure of one property, which the engine shows on the resource's row. */
export function checkFailure({ property, reason }: { readonly property: string; readonly reason: string }) {
  const failure = new messages.CheckFailure();
  failure.setProperty(property);
  failure.setReason(reason);
  return failure;
}
