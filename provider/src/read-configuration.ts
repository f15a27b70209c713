import {
  type Configuration,
  type ConfigurationKey,
  type ConfigurationKeyName,
  type ConfigurationSources,
  configurationKeys,
  environmentPrefix,
  environmentVariable,
  settingCommand,
  writtenKey,
} from "./config";
import { durationForm, parseDuration } from "./duration";
import { InvalidArgumentError } from "./errors";
import { suggestion } from "./nearest";

/** Keys with their values, as text. */
type Values = Readonly<Record<string, string | undefined>>;

const names = Object.keys(configurationKeys) as ConfigurationKeyName[];

const placeOf = (name: ConfigurationKeyName) => (configurationKeys[name] as ConfigurationKey).place;

/**
 * Reads the configuration of one connection.
 *
 * @param connection - Its name. Default: the one that the key `connection` names, else the keys outside of `connections`.
 * @throws {@link InvalidArgumentError} for an unknown key or connection (with a suggestion), for an invalid value, and for keys
 * that contradict each other.
 */
export function readConfiguration(sources: ConfigurationSources, connection?: string): Configuration {
  const { get, stackKeys, environment } = sources;
  refuseUnknownKeys(names, stackKeys, (name) => writtenKey(name));
  const variables = Object.keys(environment).filter((variable) => variable.startsWith(environmentPrefix));
  refuseUnknownKeys(names.map(environmentVariable), variables, (variable) => variable);
  const outside = Object.fromEntries(names.map((name) => [name, get(name) || environment[environmentVariable(name)]]));
  const connections = readConnections(outside["connections"]);
  const { connection: byDefault } = outside;
  if (byDefault) refuseUselessKeys(byDefault, outside);
  const chosen = connection ?? (byDefault || undefined);
  const isVariable = (name: ConfigurationKeyName) => !get(name);
  if (chosen === undefined) return checkedValues(outside, { isVariable });
  const inside = connections.get(chosen);
  if (!inside) throw unknownConnection(chosen, [...connections.keys()], connection === undefined);
  checkedValues(outside, { isVariable });
  const shared = names.filter((name) => placeOf(name) === undefined).map((name) => [name, outside[name]]);
  return checkedValues({ ...Object.fromEntries(shared), ...inside, connection: chosen }, { connection: chosen });
}

/** Where values stand, for messages. */
interface Origin {
  readonly connection?: string;
  /** Whether a key's value comes from its environment variable. */
  readonly isVariable?: (name: ConfigurationKeyName) => boolean;
}

/** Checks values, and adds defaults. */
function checkedValues(values: Values, origin: Origin): Configuration {
  const configuration: Record<string, string> = {};
  for (const name of names) {
    if (name === "connections") continue;
    const key: ConfigurationKey = configurationKeys[name];
    const value = values[name] || key.default;
    if (value === undefined) continue;
    const isRight = key.isDuration ? parseDuration(value) !== undefined : (key.values?.includes(value) ?? true);
    if (!isRight) throw invalidValue(name, value, origin);
    configuration[name] = value;
  }
  return configuration as unknown as Configuration;
}

/** Reads all connections, so that a mistake in any of them is reported before it is needed. */
function readConnections(text: string | undefined): ReadonlyMap<string, Values> {
  if (!text) return new Map();
  const connections = asMap(parsed(text));
  if (!connections) throw noMap(writtenKey("connections"), "east");
  return new Map(Object.entries(connections).map(([name, value]) => [name, readConnection(name, value)]));
}

function readConnection(connection: string, value: unknown): Values {
  const keys = asMap(value);
  if (!keys) throw noMap(writtenKey("connections").concat(".", connection), connection);
  const known = names.filter((name) => placeOf(name) !== "stack");
  refuseUnknownKeys(known, Object.keys(keys), (name) => writtenKey(name, connection));
  // --path stores what looks like a number or a boolean as one
  const given = Object.entries(keys).filter(([, value]) => value !== null);
  const texts = given.map(([name, one]) => [name, typeof one === "string" ? one : JSON.stringify(one)]);
  const values = Object.fromEntries(texts) as Values;
  checkedValues(values, { connection });
  return values;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function asMap(value: unknown): Readonly<Record<string, unknown>> | undefined {
  const isMap = typeof value === "object" && value !== null && !Array.isArray(value);
  return isMap ? (value as Readonly<Record<string, unknown>>) : undefined;
}

function refuseUnknownKeys(known: readonly string[], found: readonly string[], shown: (key: string) => string): void {
  for (const key of found) {
    if (known.includes(key)) continue;
    const remedy = `${suggestion(key, known, shown)}The keys are ${known.map(shown).join(", ")}`;
    throw wrong(shown(key), "this key doesn't exist", remedy);
  }
}

/** Refuses a default connection together with a host outside of `connections`: which one is meant is unclear. */
function refuseUselessKeys(byDefault: string, outside: Values): void {
  const useless = names.filter((name) => placeOf(name) === "host" && outside[name]);
  const [first] = useless;
  if (!first) return;
  const keys = useless.map((name) => `${writtenKey(name)} (or ${environmentVariable(name)})`).join(", ");
  const answer = `it chooses the connection ${JSON.stringify(byDefault)}, so nothing would use ${keys}`;
  const remedy = `Move it into the connection (${settingCommand(first, byDefault)} …), or remove ${writtenKey("connection")}`;
  throw wrong(writtenKey("connection"), answer, remedy);
}

function unknownConnection(name: string, known: readonly string[], isDefault: boolean): InvalidArgumentError {
  const target = isDefault ? writtenKey("connection") : `the connection ${JSON.stringify(name)}`;
  if (known.length === 0) {
    const remedy = `Create it: ${settingCommand("host", name)} HV-EAST`;
    return wrong(target, `${writtenKey("connections")} has no connections`, remedy);
  }
  const list = known.map((one) => JSON.stringify(one)).join(", ");
  const remedy = `${suggestion(name, known)}The connections are ${list}`;
  return wrong(target, `there is no connection ${JSON.stringify(name)}`, remedy);
}

function noMap(target: string, connection: string): InvalidArgumentError {
  return wrong(target, "it isn't a map", `Set its keys one by one: ${settingCommand("host", connection)} HV-EAST`);
}

function invalidValue(
  name: ConfigurationKeyName,
  value: string,
  { connection, isVariable }: Origin,
): InvalidArgumentError {
  const { values = [], isDuration }: ConfigurationKey = configurationKeys[name];
  const example = isDuration ? "30s" : values[0];
  const variable = isVariable?.(name) ? environmentVariable(name) : undefined;
  const allowed = isDuration ? `Write ${durationForm}` : `Allowed values: ${values.join(", ")}`;
  const ownVariable = connection === undefined ? ` (${environmentVariable(name)})` : "";
  const setting = variable ? `export ${variable}=${example}` : `${settingCommand(name, connection)} ${example}`;
  return wrong(
    variable ? `${variable} (${writtenKey(name)})` : writtenKey(name, connection) + ownVariable,
    isDuration ? `${JSON.stringify(value)} isn't a duration` : `${JSON.stringify(value)} isn't one of its values`,
    `${allowed}. For example: ${setting}`,
  );
}

function wrong(target: string, answer: string, remedy: string): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: "Reading the configuration",
    target,
    answer,
    outcome: "The host was not contacted",
    remedy,
  });
}
