import { describe, expect, it } from "vitest";
import { hideSecrets, openProperties, sealProperties } from "../../../provider/src/plugin/wire-values";
import { notKnownYet, type Values } from "../../../provider/src/process/resource-call";

const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });
const output = (more: object) => ({ [signature]: "d0e6a833031e9bbcd3f4e8bde6ca49a4", ...more });
const unknownText = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("openProperties", () => {
  it("doesn't change plain JSON", () => {
    const values = { text: "x", number: 1.5, no: false, nothing: null, list: [1, ["x"]], object: { a: { b: [] } } };
    expect(openProperties(values)).toEqual({ values, secrets: new Set(), secretTexts: [], refused: [] });
  });

  it("unwraps secrets at every depth, and returns the top-level properties and the texts", () => {
    const opened = openProperties({
      plain: "open",
      whole: secret("hunter2"),
      inside: { list: [secret({ deep: ["battery", 5, "ab"] }), "open"] },
      nested: secret(secret("twice")),
    });
    expect(opened.values).toEqual({
      plain: "open",
      whole: "hunter2",
      inside: { list: [{ deep: ["battery", 5, "ab"] }, "open"] },
      nested: "twice",
    });
    expect([...opened.secrets]).toEqual(["whole", "inside", "nested"]);
    expect(new Set(opened.secretTexts)).toEqual(new Set(["hunter2", "battery", "twice"]));
  });

  it("recognizes unknown values of every kind, and outputs", () => {
    const { values, secrets } = openProperties({
      text: unknownText,
      number: "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
      list: [unknownText, "known"],
      later: output({}),
      now: output({ value: [1], dependencies: ["urn"] }),
      hidden: output({ value: "x", secret: true }),
      hiddenLater: output({ secret: true }),
    });
    expect(values).toEqual({
      text: notKnownYet,
      number: notKnownYet,
      list: [notKnownYet, "known"],
      later: notKnownYet,
      now: [1],
      hidden: "x",
      hiddenLater: notKnownYet,
    });
    expect([...secrets]).toEqual(["hidden", "hiddenLater"]);
  });

  it.each<[string, object, RegExp]>([
    ["an asset", { [signature]: "c44067f5952c0a294b673a41bacd8c17", text: "x", hash: "y" }, /can't be compared/],
    ["an archive", { [signature]: "0def7320c3a5731c473e5ecbe6d01bc7", path: "x" }, /can't be compared/],
    ["a resource", { [signature]: "5cf8f73096256a8f31e491e813e4eb8e", urn: "urn" }, /one of its outputs/],
    ["a secret without a value", { [signature]: "1b47061264138c4ac30d75fd1eb44270" }, /no value/],
    ["a kind that isn't known", { [signature]: "ffff" }, /doesn't know/],
    ["a malformed kind", { [signature]: { a: 1 } }, /doesn't know/],
  ])("refuses %s, with its place", (_, value, reason) => {
    const { refused } = openProperties({ triggers: ["ok", { file: value }] });
    expect(refused).toEqual([{ property: "triggers[1].file", reason: expect.stringMatching(reason) }]);
  });

  it("returns an empty result for missing properties", () => {
    expect(openProperties(undefined).values).toEqual({});
  });
});

describe("sealProperties", () => {
  it("marks secrets by their top-level names, and unknown values", () => {
    const values: Values = { collection: "tier", members: [{ id: notKnownYet }], createdAt: notKnownYet, job: null };
    expect(sealProperties(values, new Set(["collection", "absent"]))).toEqual({
      collection: secret("tier"),
      members: [{ id: unknownText }],
      createdAt: unknownText,
      job: null,
    });
  });

  it("is undone by openProperties", () => {
    const values: Values = { a: "secret text", b: [1, { c: notKnownYet }], d: null };
    const opened = openProperties(sealProperties(values, new Set(["a", "b"])));
    expect(opened.values).toEqual(values);
    expect([...opened.secrets]).toEqual(["a", "b"]);
  });
});

it("hideSecrets hides the longer secret first, and every occurrence", () => {
  const text = 'CreateSnapshot on "tier-gold" failed: tier-gold, tier';
  expect(hideSecrets(text, ["tier", "tier-gold"])).toBe('CreateSnapshot on "[secret]" failed: [secret], [secret]');
  expect(hideSecrets(text, [])).toBe(text);
});

it.each([
  ["spelled by the host in another case", "Web-Tier", 'VM group "web-tier" on HV01'],
  [
    "quoted, with characters that JSON escapes",
    'the "gold" \\ tier',
    `VM group ${JSON.stringify('the "gold" \\ tier')} on HV01`,
  ],
  ["made of characters that patterns use", "a.b*(c)[d]", 'VM group "a.b*(c)[d]" on HV01'],
])("hideSecrets hides a secret %s", (_, text, message) => {
  expect(hideSecrets(message, [text])).toBe('VM group "[secret]" on HV01');
});

it("hideSecrets treats a secret as text, not as a pattern", () => {
  expect(hideSecrets("axb", ["a.b"])).toBe("axb");
});
