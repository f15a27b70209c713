import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../../provider/src/errors";
import { readSeedFile, resolveSeed } from "../../../provider/src/simulator/resolve-seed";
import { seedSchema } from "../../../provider/src/simulator/seed";
import { jsonSchemaOf } from "../../support/json-schema-of";
import { messageOf } from "../../support/message-of";

const root = join(import.meta.dirname, "../../..");
const schemaFile = join(root, "provider/src/simulator/seed.schema.json");

test("seed.schema.json matches seedSchema", () => {
  const written = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "What a simulated Hyper-V host is made from",
    ...jsonSchemaOf(seedSchema),
  };
  // to write it again: WRITE_SEED_SCHEMA=1 npx vitest run --project unit test/unit/simulator/seed.test.ts
  if (process.env["WRITE_SEED_SCHEMA"]) writeFileSync(schemaFile, `${JSON.stringify(written, null, 2)}\n`);
  expect(JSON.parse(readFileSync(schemaFile, "utf8"))).toEqual(JSON.parse(JSON.stringify(written)));
});

test("the demo's seed is a seed", () => {
  const seed = readSeedFile(join(root, "examples/simulated-host/seed.json"));
  expect(seed.hostName).toBe("HV-DEMO");
  expect(seed.machines.map(({ name, state }) => `${name} ${state}`)).toEqual([
    "web-01 running",
    "web-02 running",
    "db-01 running",
    "build-01 running",
  ]);
  expect(seed.groups.map(({ name, memberIds }) => `${name} ${memberIds.length}`)).toEqual(["web-tier 3"]);
});

describe("resolveSeed", () => {
  test("makes an empty host of an empty seed", () => {
    expect(resolveSeed({})).toMatchObject({ hostName: "HV-HOST", build: 20348, machines: [], groups: [] });
  });

  test("makes the same ids of the same names, and different ids for two machines of one name", () => {
    const seed = {
      machines: [{ name: "a" }, { name: "a" }],
      groups: [
        { name: "a", members: [] },
        { name: "a", members: [] },
      ],
    };
    const ids = (resolved: ReturnType<typeof resolveSeed>) =>
      [...resolved.machines, ...resolved.groups].map(({ id }) => id);
    expect(ids(resolveSeed(seed))).toEqual(ids(resolveSeed(seed)));
    expect(new Set(ids(resolveSeed(seed))).size).toBe(4);
    expect(ids(resolveSeed(seed))[0]).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
  });

  test("accepts a machine's id if its name is ambiguous", () => {
    const id = "0b5c3f1e-9a3c-4f6f-8a51-3f6f0e1b2c3d";
    const seed = resolveSeed({ machines: [{ name: "a" }, { name: "a", id }], groups: [{ name: "g", members: [id] }] });
    expect(seed.groups[0]?.memberIds).toEqual([id.toUpperCase()]);
  });

  test.each([
    ["an unknown key", { machine: [] }, 'machine: there is no such key; did you mean "machines"?'],
    ["a wrong type", { machines: "web-01" }, 'machines: it must be a list; it is "web-01"'],
    [
      "a wrong value, deep inside",
      { machines: [{ name: "a" }, { name: "b", state: "on" }] },
      'machines[1].state: it must be "running", "off", "saved" or "paused"; it is "on"',
    ],
    ["a missing name", { groups: [{ members: [] }] }, "groups[0].name: it is missing"],
    [
      "an unknown option's value",
      { options: { membersOff: "yes" } },
      'options.membersOff: it must be "refuse32770" or "accept"; it is "yes"',
    ],
    [
      "an unknown option",
      { options: { membersOf: "accept" } },
      'options.membersOf: there is no such key; did you mean "membersOff"?',
    ],
    [
      "a GUID in braces",
      { machines: [{ name: "a", id: "{0b5c3f1e-9a3c-4f6f-8a51-3f6f0e1b2c3d}" }] },
      "machines[0].id: expected a GUID without braces",
    ],
    ["an old build", { build: 9600 }, "build: it must be at least 14393; it is 9600"],
    [
      "a malformed progress",
      { jobs: { CreateSnapshot: { seconds: 1, progress: "fast" } } },
      'jobs.CreateSnapshot.progress: expected "linear", {"stuckAtPercent": 99}',
    ],
    [
      "a member that isn't a machine",
      { machines: [{ name: "a" }], groups: [{ name: "g", members: ["b"] }] },
      'groups[0].members[0]: no machine is called "b"',
    ],
    [
      "a member's name that two bear",
      { machines: [{ name: "a" }, { name: "a" }], groups: [{ name: "g", members: ["a"] }] },
      'groups[0].members[0]: 2 machines are called "a"',
    ],
  ])("refuses %s and reports its place", (_, seed, place) => {
    const refused = () => resolveSeed(seed, "seed.json");
    expect(refused).toThrow(InvalidArgumentError);
    expect(messageOf(refused)).toContain("Reading a seed on seed.json failed: ");
    expect(messageOf(refused)).toContain(place);
    expect(messageOf(refused)).toContain("No simulated host was made.");
    expect(messageOf(refused)).not.toMatch(/Invalid|received|never/);
  });

  test("reports every mistake at once", () => {
    const message = messageOf(() => resolveSeed({ build: "new", machines: [{}] }));
    expect(message).toMatch(/build: .*; machines\[0\]\.name: /);
  });
});

test("a seed file that doesn't exist or isn't JSON is reported by its path", () => {
  expect(messageOf(() => readSeedFile("no-such-folder/seed.json"))).toMatch(
    /no-such-folder\/seed\.json failed: there is no such file/,
  );
  expect(messageOf(() => readSeedFile(join(root, "provider/src/errors.ts")))).toContain("it isn't JSON");
});
