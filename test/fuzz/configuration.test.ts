import fc from "fast-check";
import { expect } from "vitest";
import {
  type ConfigurationKey,
  type ConfigurationSources,
  configurationKeys,
  environmentVariable,
} from "../../provider/src/config";
import { transportOf } from "../../provider/src/connection";
import { parseDuration } from "../../provider/src/duration";
import { readConfiguration } from "../../provider/src/read-configuration";
import { forAny, fuzz } from "./cases";
import { anyText, changed, changedJson, outcome } from "./inputs";

type Values = Readonly<Record<string, string>>;

const table: Readonly<Record<string, ConfigurationKey>> = configurationKeys;
const names = Object.keys(table);

/** A value that a key takes, most of the time. */
const takenBy = (name: string): fc.Arbitrary<string> => {
  const { values, isDuration } = table[name] ?? {};
  const right = values
    ? fc.constantFrom(...values)
    : fc.constantFrom(...(isDuration ? ["30s", "1.5h", "1h2m3ms"] : ["x"]));
  return fc.oneof({ weight: 3, arbitrary: right }, { weight: 1, arbitrary: anyText });
};

const valuesOf = (keys: readonly string[]): fc.Arbitrary<Values> =>
  fc
    .record(Object.fromEntries(keys.map((name) => [name, takenBy(name)])), { requiredKeys: [] })
    .map((values) => values as Values);

const ownKeys = names.filter((name) => table[name]?.place !== "stack");
const outsideKeys = names.filter((name) => !["connection", "connections"].includes(name));

const connections = fc.dictionary(fc.oneof(fc.constantFrom("east", "west"), anyText), valuesOf(ownKeys), {
  maxKeys: 3,
});

const connectionsText = fc.oneof(
  { weight: 4, arbitrary: connections.map((all) => JSON.stringify(all)) },
  { weight: 2, arbitrary: connections.chain(changedJson).map((value) => JSON.stringify(value) ?? "") },
  { weight: 1, arbitrary: connections.chain((all) => changed(JSON.stringify(all))) },
  { weight: 1, arbitrary: fc.oneof(anyText, fc.json()) },
);

const sourcesOf = (stack: Values, environment: Values = {}): ConfigurationSources => ({
  get: (name) => (Object.hasOwn(stack, name) ? stack[name] : undefined),
  stackKeys: Object.keys(stack),
  environment,
});

/** Reads the configuration, and looks at every value of what came of it. */
async function refusedOrRight(
  sources: ConfigurationSources,
  connection: string | undefined,
  given: (name: string) => string | undefined,
): Promise<void> {
  const { value, error } = await outcome(() => readConfiguration(sources, connection));
  if (error) return expect(error.code).toBe("INVALID_ARGUMENT");
  for (const name of names.filter((each) => !["connection", "connections"].includes(each))) {
    const { values, isDuration, default: byDefault } = table[name] ?? {};
    const read = (value as Values)[name];
    expect(read).toBe(given(name) || byDefault);
    if (values && read !== undefined) expect(values).toContain(read);
    if (isDuration) expect(parseDuration(read ?? "")).toBeGreaterThanOrEqual(0);
  }
  expect(Object.keys(value).filter((name) => !names.includes(name))).toEqual([]);
  const way = await outcome(() => transportOf(value, "linux"));
  expect(way.value ?? way.error?.code).toBe(given("transport") || "INVALID_ARGUMENT");
}

fuzz("configuration", {
  "of the stack and of the environment is refused or read unchanged": forAny(
    fc.tuple(valuesOf(outsideKeys), valuesOf(outsideKeys)),
    async ([stack, environment]) => {
      const variables = Object.fromEntries(
        Object.entries(environment).map(([name, value]) => [environmentVariable(name), value]),
      );
      await refusedOrRight(sourcesOf(stack, variables), undefined, (name) => stack[name] || environment[name]);
    },
  ),
  "with an unknown key is refused": forAny(
    fc.tuple(fc.constantFrom(...names).chain(changed), anyText, fc.boolean()),
    async ([key, value, isVariable]) => {
      fc.pre(!names.includes(key));
      const variable = { [`HYPERV_SNAPSHOTS_${key}`]: value };
      const sources = isVariable ? sourcesOf({}, variable) : sourcesOf({ [key]: value });
      const { error } = await outcome(() => readConfiguration(sources));
      expect(error?.code).toBe("INVALID_ARGUMENT");
    },
  ),
  "of connections is refused or read unchanged": forAny(
    fc.record({
      text: connectionsText,
      stack: valuesOf(outsideKeys),
      chosen: fc.oneof(fc.constantFrom("east", "west", "__proto__", "constructor"), anyText),
      isDefault: fc.boolean(),
    }),
    async ({ text, stack, chosen, isDefault }) => {
      const all: Values = { ...stack, connections: text, ...(isDefault && { connection: chosen }) };
      const given = (name: string) => {
        if (isDefault && chosen === "") return stack[name];
        const inside = JSON.parse(text)[chosen];
        const own = Object.hasOwn(inside, name) ? inside[name] : undefined;
        const asText = own === undefined || typeof own === "string" ? own : JSON.stringify(own);
        return asText ?? (table[name]?.place === undefined ? stack[name] : undefined);
      };
      await refusedOrRight(sourcesOf(all), isDefault ? undefined : chosen, given);
    },
  ),
});
