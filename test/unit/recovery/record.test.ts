import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Intent, intentVersion, readIntent } from "../../../provider/src/recovery/record";
import { repositoryFolder } from "../../support/repository";

const folder = join(repositoryFolder, "test/fixtures/intents");
const versions = readdirSync(folder).map((name) => Number(name.replace(".json", "")));
const recorded = (version: number): Intent[] => JSON.parse(readFileSync(join(folder, `${version}.json`), "utf8"));

describe("what a version wrote down", () => {
  it.each(versions.flatMap((version) => recorded(version)))("is read: version $version, $phase, $id", (intent) => {
    expect(readIntent(JSON.stringify(intent), "intent.json")).toEqual(intent);
  });

  it("is kept of this version, in each of its phases", () => {
    expect(versions).toContain(intentVersion);
    const phases = new Set(recorded(intentVersion).map(({ phase }) => phase));
    expect([...phases]).toEqual(["started", "accepted", "made", "returned", "left", "abandoned"]);
  });
});

it.each([
  ["no JSON", "{", /it is damaged \(it is no JSON\)/],
  ["a phase that isn't one", JSON.stringify({ ...recorded(1)[0], phase: "begun" }), /it is damaged \(phase: /],
  ["an earlier version that never was", '{"version":0}', /it is damaged/],
  ["a later version", '{"version":2}', /written by a later version \(its format is 2, this one reads 1\)/],
])("%s stops everything until a person has looked", (_, text, says) => {
  expect(() => readIntent(text, "intent.json")).toThrow(says);
});
