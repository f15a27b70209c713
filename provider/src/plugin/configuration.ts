import { type ConfigurationSources, configurationNamespace } from "../config";
import { InvalidArgumentError } from "../errors";
import { isUnknown } from "../process/resource-call";
import { readConfiguration } from "../read-configuration";
import { checkFailure } from "./check";
import { fromStruct, messages, type ProviderMessages, toStruct } from "./grpc";
import type { ProviderContext } from "./provider-context";
import { openProperties, sealProperties } from "./wire-values";

/** Properties that the engine adds to a provider's own. */
const enginesOwn = new Set(["version", "pluginDownloadURL"]);

/** Makes the sources of a configuration from a provider's properties: texts, or JSON for what isn't text. */
export function settingsFrom(
  properties: object,
  environment: ConfigurationSources["environment"],
): ConfigurationSources {
  const given = Object.entries(properties).filter(([name]) => !enginesOwn.has(name) && !name.includes(":"));
  const texts = new Map(
    given.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)] as const),
  );
  return { get: (name) => texts.get(name), stackKeys: [...texts.keys()], environment };
}

/** Checks a provider's configuration: a wrong key or value is a failure on the provider's row. */
export async function checkConfig(
  request: ProviderMessages.CheckRequest,
  { environment }: ProviderContext,
): Promise<ProviderMessages.CheckResponse> {
  const { values, secrets } = openProperties(fromStruct(request.getNews()));
  const response = new messages.CheckResponse();
  response.setInputs(toStruct(sealProperties(values, secrets)));
  if (isUnknown(values)) return response;
  try {
    readConfiguration(settingsFrom(values, environment));
  } catch (error) {
    if (!InvalidArgumentError.isInstance(error)) throw error;
    const { target } = error.parts;
    const property = target.startsWith(`${configurationNamespace}:`) ? (target.split(/[:.]/)[1] ?? "") : "";
    response.setFailuresList([checkFailure({ property, reason: error.message })]);
  }
  return response;
}

/** Compares configurations. A change never replaces: another connection to a host costs no snapshot. */
export async function diffConfig(request: ProviderMessages.DiffRequest): Promise<ProviderMessages.DiffResponse> {
  // a stack that moves from dynamic resources has the dynamic provider's inputs: the whole stack's configuration, by full names
  const own = (struct: Parameters<typeof fromStruct>[0]) => {
    const entries = Object.entries(openProperties(fromStruct(struct)).values);
    return entries.filter(([name]) => !name.includes(":")).toSorted(([a], [b]) => (a < b ? -1 : 1));
  };
  const { DIFF_NONE, DIFF_SOME } = messages.DiffResponse.DiffChanges;
  const isSame = JSON.stringify(own(request.getOlds())) === JSON.stringify(own(request.getNews()));
  const response = new messages.DiffResponse();
  response.setChanges(isSame ? DIFF_NONE : DIFF_SOME);
  return response;
}

/** Takes note of the configuration; nothing is connected yet. */
export async function configure(
  request: ProviderMessages.ConfigureRequest,
  context: ProviderContext,
): Promise<ProviderMessages.ConfigureResponse> {
  const { values, secretTexts } = openProperties(fromStruct(request.getArgs()));
  context.noteSecrets(secretTexts);
  context.configure(settingsFrom(values, context.environment));
  const response = new messages.ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setSupportspreview(true);
  return response;
}
