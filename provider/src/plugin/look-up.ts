import type { Properties } from "../process/resource-call";
import { callFailure, fromStruct, grpc, messages, type ProviderMessages, toStruct } from "./grpc";
import type { ProviderContext } from "./provider-context";
import schema from "./schema.json";
import { openProperties } from "./wire-values";

/** Answers one of the look-ups. */
export async function invoke(
  request: ProviderMessages.InvokeRequest,
  context: ProviderContext,
): Promise<ProviderMessages.InvokeResponse> {
  const token = request.getTok();
  if (!(token in schema.functions)) {
    const text = `The plugin has no function ${JSON.stringify(token)}. It has ${Object.keys(schema.functions).join(", ")}.`;
    throw callFailure(text, grpc.status.INVALID_ARGUMENT);
  }
  const { values, secretTexts, refused } = openProperties(fromStruct(request.getArgs()));
  context.noteSecrets(secretTexts);
  const [wrong] = refused;
  if (wrong) throw callFailure(`${token}: ${wrong.property}: ${wrong.reason}.`, grpc.status.INVALID_ARGUMENT);
  const name = token.split(":").at(-1) as Parameters<ProviderContext["lookUp"]>[0];
  const response = new messages.InvokeResponse();
  response.setReturn(toStruct({ ...(await context.lookUp(name, values as Properties)) }));
  return response;
}
