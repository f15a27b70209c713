import { type ConfigurationKey, type ConfigurationSources, configurationKeys, configurationNamespace } from "../config";
import { InvalidArgumentError } from "../errors";
import { isRecord, isUnknown, type Value } from "../process/resource-call";
import { readConfiguration } from "../read-configuration";
import { checkFailure } from "./check";
import { fromStruct, messages, type ProviderMessages, toStruct } from "./grpc";
import type { ProviderContext } from "./provider-context";
import { type Opened, openProperties, sealProperties } from "./wire-values";

/** Properties that the engine adds to a provider's own. */
const enginesOwn = new Set(["version", "pluginDownloadURL"]);

/** Makes the sources of a configuration from a provider's properties: texts, or JSON for what isn't text. */
export function settingsFrom(
  properties: object,
  environment: ConfigurationSources["environment"],
): ConfigurationSources {
  const isOwn = (name: string) => !enginesOwn.has(name) && !name.includes(":");
  const given = Object.entries(properties).filter(([name, value]) => isOwn(name) && value !== null);
  const texts = new Map(
    given.map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)] as const),
  );
  return { get: (name) => texts.get(name), stackKeys: [...texts.keys()], environment };
}

/** Opens a provider's properties. Of secret connections only the secret keys may stand in no message: the others are ordinary words. */
function openConfiguration(properties: unknown, context: ProviderContext): Opened {
  const { connections, ...others } = (properties ?? {}) as Record<string, unknown>;
  const opened = openProperties(properties);
  context.noteSecrets(openProperties(others).secretTexts);
  context.noteSecrets(openProperties(connections).secretTexts); // what is secret inside it
  if (opened.secrets.has("connections")) context.noteSecrets(secretsOf(opened.values["connections"]));
  return opened;
}

/** The secrets among the keys of connections, which may be JSON. */
function secretsOf(connections: Value | undefined): readonly string[] {
  const map = typeof connections === "string" ? parsedConnections(connections) : connections;
  if (!isRecord(map)) return [];
  const entries = Object.values(map).flatMap((connection) => (isRecord(connection) ? Object.entries(connection) : []));
  const keys: Readonly<Record<string, ConfigurationKey | undefined>> = configurationKeys;
  return entries.flatMap(([name, value]) => (keys[name]?.isSecret && typeof value === "string" ? [value] : []));
}

function parsedConnections(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return null;
  }
}

/** Checks a provider's configuration: a wrong key or value is a failure on the provider's row. */
export async function checkConfig(
  request: ProviderMessages.CheckRequest,
  context: ProviderContext,
): Promise<ProviderMessages.CheckResponse> {
  const { values, secrets } = openConfiguration(fromStruct(request.getNews()), context);
  const response = new messages.CheckResponse();
  response.setInputs(toStruct(sealProperties(values, secrets)));
  if (isUnknown(values)) return response;
  try {
    readConfiguration(settingsFrom(values, context.environment));
  } catch (error) {
    if (!InvalidArgumentError.isInstance(error)) throw error;
    const { target } = error.parts;
    const property = target.startsWith(`${configurationNamespace}:`) ? (target.split(/[:. ]/)[1] ?? "") : "";
    response.setFailuresList([checkFailure({ property, reason: context.withoutSecrets(error.message) })]);
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
  const { values } = openConfiguration(fromStruct(request.getArgs()), context);
  context.configure(settingsFrom(values, context.environment));
  const response = new messages.ConfigureResponse();
  response.setAcceptsecrets(true);
  response.setSupportspreview(true);
  return response;
}
