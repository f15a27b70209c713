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
import { parseDuration } from "./duration";
import { InvalidArgumentError } from "./errors";
import { suggestion } from "./nearest";

/** Keys with their values, as text. */
type Values = Readonly<Record<string, string | undefined>>;

const names = Object.keys(configurationKeys) as ConfigurationKeyName[];

const placeOf = (name: ConfigurationKeyName) => (configurationKeys[name] as ConfigurationKey).place;

/**
 * Reads the configuration of one connection.
 *
 * @param connection - Its name; without one it is what the key `connection` names, else what the keys outside describe.
 * @throws {@link InvalidArgumentError} for a key or a connection that doesn't exist (with the nearest that does), for a value
 * that a key doesn't take, and for keys that contradict each other.
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
  if (chosen === undefined) return checkedValues(outside);
  const inside = connections.get(chosen);
  if (!inside) throw unknownConnection(chosen, [...connections.keys()], connection === undefined);
  checkedValues(outside);
  const shared = names.filter((name) => placeOf(name) === undefined).map((name) => [name, outside[name]]);
  return checkedValues({ ...Object.fromEntries(shared), ...inside, connection: chosen }, chosen);
}

/** Checks values, and puts defaults where there is none. */
function checkedValues(values: Values, connection?: string): Configuration {
  const configuration: Record<string, string> = {};
  for (const name of names) {
    if (name === "connections") continue;
    const key: ConfigurationKey = configurationKeys[name];
    const value = values[name] || key.default;
    if (value === undefined) continue;
    const isRight = key.isDuration ? parseDuration(value) !== undefined : (key.values?.includes(value) ?? true);
    if (!isRight) throw unknownValue(name, connection, value);
    configuration[name] = value;
  }
  return configuration as unknown as Configuration;
}

/** Reads all connections, whichever of them is used: a wrong one is told before it is needed. */
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
  // --path makes numbers and truth values of what looks like one
  const texts = Object.entries(keys).map(([name, one]) => [name, typeof one === "string" ? one : JSON.stringify(one)]);
  const values = Object.fromEntries(texts) as Values;
  checkedValues(values, connection);
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
    throw wrong(shown(key), "there is no such key", remedy);
  }
}

/** A default connection, and keys outside that say how a host is reached: nothing would use them, and which is meant can't be told. */
function refuseUselessKeys(byDefault: string, outside: Values): void {
  const useless = names.filter((name) => placeOf(name) === "host" && outside[name]);
  const [first] = useless;
  if (!first) return;
  const told = useless.map((name) => `${writtenKey(name)} (or ${environmentVariable(name)})`).join(", ");
  const answer = `it says that ${JSON.stringify(byDefault)} is used, so nothing would use ${told}`;
  const remedy = `Say it inside the connection (${settingCommand(first, byDefault)} …) and remove it outside, or remove ${writtenKey("connection")}`;
  throw wrong(writtenKey("connection"), answer, remedy);
}

function unknownConnection(name: string, known: readonly string[], isDefault: boolean): InvalidArgumentError {
  const target = isDefault ? writtenKey("connection") : `the connection ${JSON.stringify(name)}`;
  if (known.length === 0) {
    const remedy = `Make it: ${settingCommand("host", name)} HV-EAST`;
    return wrong(target, `${writtenKey("connections")} has no connection at all`, remedy);
  }
  const list = known.map((one) => JSON.stringify(one)).join(", ");
  const remedy = `${suggestion(name, known)}The connections are ${list}`;
  return wrong(target, `there is no connection ${JSON.stringify(name)}`, remedy);
}

function noMap(target: string, connection: string): InvalidArgumentError {
  return wrong(target, "it is no map", `Set its keys one by one: ${settingCommand("host", connection)} HV-EAST`);
}

function unknownValue(name: ConfigurationKeyName, connection: string | undefined, value: string): InvalidArgumentError {
  const { values = ["30s", "1h30m"], isDuration }: ConfigurationKey = configurationKeys[name];
  const remedy = `Set it to ${isDuration ? "a duration such as " : ""}${values.join(", ")}: ${settingCommand(name, connection)} ${values[0]}`;
  return wrong(writtenKey(name, connection), `${JSON.stringify(value)} is none of its values`, remedy);
}

function wrong(target: string, answer: string, remedy: string): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: "Reading the configuration",
    target,
    answer,
    outcome: "Nothing was asked of the host",
    remedy,
  });
}
