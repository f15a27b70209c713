import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { CollectionSnapshot } from "../../../provider/src/resources/collection-snapshot";
import { leaveOutPromiseStacks } from "../../../provider/src/resources/promise-stacks";
import { VirtualSystemCollection } from "../../../provider/src/resources/virtual-system-collection";

/** As source-map-support formats stacks, and as dear as there. */
const format = vi.fn((error: Error, frames: readonly NodeJS.CallSite[]) =>
  [String(error), ...frames.map((frame) => `    at ${frame}`)].join("\n"),
);

const usual = Error.prepareStackTrace;

beforeEach(async () => {
  await pulumi.runtime.setMocks({ call: ({ inputs }) => inputs, newResource: () => ({ id: "id", state: {} }) });
  format.mockClear();
  Error.prepareStackTrace = format;
});
afterEach(() => {
  Error.prepareStackTrace = usual;
  vi.unstubAllEnvs();
});

/** As the function of that name in Pulumi's runtime. */
function debuggablePromise(): string | undefined {
  return new Error("noted").stack;
}

class UsualResource extends pulumi.CustomResource {}

const resources = [
  ["CollectionSnapshot", (name: string) => new CollectionSnapshot(name, { collection: "web-tier" })],
  ["VirtualSystemCollection", (name: string) => new VirtualSystemCollection(name)],
] as const;

it("omits only the stacks of promises", () => {
  const end = leaveOutPromiseStacks();
  expect(debuggablePromise()).toBe("Error: noted");
  expect(new Error("another").stack).toContain("promise-stacks.test.ts");
  end();
  expect(debuggablePromise()).toContain("promise-stacks.test.ts");
});

it("keeps the stacks of promises while a leak is searched for", () => {
  vi.stubEnv("PULUMI_DEBUG_PROMISE_LEAKS", "true");
  const end = leaveOutPromiseStacks();
  expect(debuggablePromise()).toContain("promise-stacks.test.ts");
  end();
});

it("changes nothing if the program formats no stacks, and keeps a formatter that was set meanwhile", () => {
  Reflect.deleteProperty(Error, "prepareStackTrace");
  leaveOutPromiseStacks()();
  expect(Error.prepareStackTrace).toBeUndefined();
  Error.prepareStackTrace = format;
  const end = leaveOutPromiseStacks();
  const another = () => "another";
  Error.prepareStackTrace = another;
  end();
  expect(Error.prepareStackTrace).toBe(another);
});

it.each(resources)("%s formats at most two stacks, not one for each promise", (_, construct) => {
  new UsualResource("test:index:Usual", "usual", { one: undefined, two: undefined });
  const usually = format.mock.calls.length;
  format.mockClear();
  construct("before");
  expect(usually).toBeGreaterThan(8);
  expect(format.mock.calls.length).toBeLessThanOrEqual(2);
  expect(Error.prepareStackTrace).toBe(format);
});

it.each(resources)("%s without a name reports the line of the program", (_, construct) => {
  const error = vi.fn();
  try {
    construct("");
  } catch (thrown) {
    error(thrown);
  }
  expect(error).toHaveBeenCalledWith(expect.objectContaining({ message: expect.stringContaining("name") }));
  expect(error.mock.calls[0]?.[0].stack).toContain("promise-stacks.test.ts");
  expect(Error.prepareStackTrace).toBe(format);
});
