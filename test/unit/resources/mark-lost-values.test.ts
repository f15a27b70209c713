import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { markLostValues } from "../../../provider/src/resources/mark-lost-values";
import { checkInputs } from "../../../provider/src/snapshot/properties";

class Version {
  readonly major = 1;
}
class Hidden {
  readonly #major = 1;
  read() {
    return this.#major;
  }
}

it.each<[string, unknown, string]>([
  ["a Date", new Date(0), "Date"],
  ["a Map", new Map([[1, 2]]), "Map"],
  ["a Set", new Set([1]), "Set"],
  ["a RegExp", /x/, "RegExp"],
  ["an Error", new Error("x"), "Error"],
  ["a Buffer", Buffer.from("x"), "Buffer"],
  ["a URL", new URL("https://example.com"), "URL"],
  ["a bigint", 1n, "bigint"],
  ["a function", () => 1, "function"],
  ["NaN", Number.NaN, "NaN"],
  ["an object without fields of its own", new Hidden(), "Hidden"],
])("%s in the triggers is refused in check at any depth", (_, value, kind) => {
  for (const triggers of [value, [1, value], { a: [{ b: value }] }]) {
    const failures = checkInputs({ collection: "web-tier", triggers: markLostValues(triggers) as never }).failures;
    expect(failures).toEqual([{ property: "triggers", reason: expect.stringContaining(`of the kind ${kind},`) }]);
  }
});

it.each<[string, unknown]>([
  ["JSON", { a: [1, "x", true, null, { b: 2.5 }] }],
  ["an object that has no prototype", Object.assign(Object.create(null), { a: 1 })],
])("%s is unchanged", (_, value) => {
  expect(markLostValues(value)).toEqual(value);
  expect(checkInputs({ collection: "web-tier", triggers: markLostValues(value) as never }).failures).toEqual([]);
});

it("keeps the fields of a class instance", () => {
  expect(markLostValues(new Version())).toEqual({ major: 1 });
});

it("looks into promises and outputs, and leaves assets to Pulumi", async () => {
  expect(await markLostValues(Promise.resolve([new Date(0)]))).toEqual([{ __lost: "Date" }]);
  const output = markLostValues(pulumi.output(Promise.resolve(1)).apply(() => ({ at: new Date(0) })));
  expect(pulumi.Output.isInstance(output)).toBe(true);
  const resolved = await new Promise((resolve) => (output as pulumi.Output<unknown>).apply(resolve));
  expect(resolved).toEqual({ at: { __lost: "Date" } });
  const asset = new pulumi.asset.StringAsset("x");
  expect(markLostValues(asset)).toBe(asset);
});
