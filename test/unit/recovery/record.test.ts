import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  fingerprint,
  isUuid,
  matches,
  type RecoveryRecord,
  readRecord,
  recordVersion,
} from "../../../provider/src/recovery/record";
import { repositoryFolder } from "../../support/repository";

const folder = join(repositoryFolder, "test/fixtures/records");
const versions = readdirSync(folder).map((name) => Number(name.replace(".json", "")));
const recorded = (version: number): RecoveryRecord[] =>
  JSON.parse(readFileSync(join(folder, `${version}.json`), "utf8"));

describe("a recovery record", () => {
  it.each(versions.flatMap((version) => recorded(version)))(
    "of a released version can be read: version $version, $phase, $id",
    (record) => {
      expect(readRecord(JSON.stringify(record), "record.json")).toEqual(record);
    },
  );

  it("of this version has a fixture for each phase", () => {
    expect(versions).toContain(recordVersion);
    const phases = new Set(recorded(recordVersion).map(({ phase }) => phase));
    expect([...phases]).toEqual(["requested", "accepted", "made", "named", "returned", "retained", "discarded"]);
  });
});

it.each([
  ["no JSON", "{", /it is damaged \(it isn't JSON\)/],
  ["a phase that doesn't exist", JSON.stringify({ ...recorded(1)[0], phase: "begun" }), /it is damaged \(phase: /],
  ["an id that is a path", JSON.stringify({ ...recorded(1)[0], id: "../../x" }), /it is damaged \(id: it isn't a UUID/],
  ["an earlier version that never existed", '{"version":0}', /it is damaged/],
  ["a later version", '{"version":2}', /a later version wrote it \(its format is 2, this one reads 1\)/],
])("%s is refused", (_, text, says) => {
  expect(() => readRecord(text, "record.json")).toThrow(says);
});

it.each(["../../x", "", "00000000-0000-4000-8000-00000000000", "00000000-0000-4000-8000-000000000000/x"])(
  "%j isn't a UUID",
  (text) => expect(isUuid(text)).toBe(false),
);

it("the fingerprint of inputs has a new salt each time, and still recognizes the same inputs", () => {
  const inputs = { collection: "web-tier", triggers: [1, { b: 2, a: 1 }] };
  const [one, other] = [fingerprint(inputs), fingerprint(inputs)];
  expect(one.digest).not.toBe(other.digest);
  expect(matches(one, { triggers: [1, { a: 1, b: 2 }], collection: "web-tier" })).toBe(true);
  expect(matches(other, { ...inputs, triggers: [2] })).toBe(false);
});
