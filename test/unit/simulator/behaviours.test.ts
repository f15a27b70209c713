import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { defaultOptions, hostBehaviours, optionValues } from "../../../provider/src/simulator/host-options";
import { clientOptionTests } from "../snapshot/option-tests/every-option";
import { hostOptionTests } from "./option-tests/every-option";

const folder = join(import.meta.dirname, "../../../provider/src/simulator");
const sourceFiles = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
const marked = new Set(
  sourceFiles.flatMap((file) =>
    [...readFileSync(join(folder, file), "utf8").matchAll(/\/\/ behaviour: (\S+)/g)].map((match) => match[1]),
  ),
);

test("every behaviour that the code marks is documented, and every documented one is marked", () => {
  expect([...marked].sort()).toEqual(hostBehaviours.map(({ id }) => id).sort());
});

test("every behaviour has one sentence and either a source or an option", () => {
  for (const { id, sentence, source, option } of hostBehaviours) {
    expect(sentence, id).toMatch(/^[A-Z].*[^.]\.$/);
    expect(
      [source, option].filter((given) => given !== undefined),
      id,
    ).toHaveLength(1);
    if (source !== undefined) expect(source, id).not.toBe("");
  }
});

test("every option has at least two values with descriptions, one of them the default", () => {
  for (const { id, option } of hostBehaviours) {
    if (option === undefined) continue;
    expect(Object.keys(option.values).length, id).toBeGreaterThan(1);
    expect(Object.keys(option.values), id).toContain(option.default);
    for (const text of Object.values(option.values)) expect(text, id).toMatch(/^.*\.$/);
  }
});

test("the host's and the client's tests cover every value of every option", () => {
  const options = Object.keys(defaultOptions).length;
  const values = Object.values(optionValues).flat().length;
  const sourced = hostBehaviours.filter(({ source }) => source !== undefined).length;
  const tried = (tests: Readonly<Record<string, object>>) =>
    Object.values(tests).reduce((count, byValue) => count + Object.keys(byValue).length, 0);
  const [byHost, byClient] = [tried(hostOptionTests), tried(clientOptionTests)];
  console.log(
    `${hostBehaviours.length} behaviours: ${sourced} from a source, ${options} options with ${values} values; tried by the simulator's tests: ${byHost}, by the client's: ${byClient}`,
  );
  expect([options + sourced, byHost, byClient]).toEqual([hostBehaviours.length, values, values]);
});
