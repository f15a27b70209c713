import * as pulumi from "@pulumi/pulumi";
import * as messages from "@pulumi/pulumi/proto/resource_pb";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CollectionSnapshot } from "../../../provider/src/resources/collection-snapshot";
import { VirtualSystemCollection } from "../../../provider/src/resources/virtual-system-collection";

const registered: pulumi.runtime.MockResourceArgs[] = [];
const setSecretOutputs = vi.spyOn(messages.RegisterResourceRequest.prototype, "setAdditionalsecretoutputsList");

beforeEach(async () => {
  registered.length = 0;
  await pulumi.runtime.setMocks({
    call: ({ inputs }) => inputs,
    newResource: (args) => {
      registered.push(args);
      return { id: "id", state: {} };
    },
  });
});
afterEach(() => setSecretOutputs.mockClear());

const resolved = <T>(output: pulumi.Output<T>) => new Promise<T>((resolve) => output.apply(resolve));

/** The inputs that a resource was registered with. */
async function inputsOf(resource: pulumi.CustomResource) {
  const urn = await resolved(resource.urn);
  return registered.find(({ name }) => urn.endsWith(`::${name}`))?.inputs;
}

/** A parent whose transformation changes the options of its children, as a stack's does. */
const parentWhich = (change: (opts: pulumi.CustomResourceOptions) => pulumi.CustomResourceOptions) =>
  new pulumi.ComponentResource(
    "test:index:Parent",
    "parent",
    {},
    {
      transformations: [({ props, opts }) => ({ props, opts: change(opts) })],
    },
  );

describe("a transformation of the parent", () => {
  it("sets customTimeouts that the lifecycle gets", async () => {
    const parent = parentWhich((opts) => ({ ...opts, customTimeouts: { create: "7m" } }));
    const one = new CollectionSnapshot("one", { collection: "web-tier" }, { parent });
    const group = new VirtualSystemCollection("group", {}, { parent });
    for (const resource of [one, group]) {
      expect((await inputsOf(resource)).__meta).toMatchObject({ timeouts: { create: "7m" } });
    }
  });

  it("adds secret outputs, and the name of a secret group stays secret", async () => {
    const merged = parentWhich((opts) => pulumi.mergeOptions(opts, { additionalSecretOutputs: ["members"] }));
    const replaced = parentWhich((opts) => ({ ...opts, additionalSecretOutputs: ["members"] }));
    for (const [name, parent] of Object.entries({ merged, replaced })) {
      setSecretOutputs.mockClear();
      const one = new CollectionSnapshot(name, { collection: pulumi.secret("web-tier") }, { parent });
      await resolved(one.urn);
      const lists = setSecretOutputs.mock.calls.map(([list]) => list);
      expect(lists).toContainEqual(["members", "collectionId", "collectionPath", "collectionName"]);
    }
  });

  it("makes the group secret, and every output that contains its name", async () => {
    const parent = new pulumi.ComponentResource(
      "test:index:Parent",
      "parent",
      {},
      {
        transformations: [
          ({ props, opts }) => ({ props: { ...props, collection: pulumi.secret(props["collection"]) }, opts }),
        ],
      },
    );
    await resolved(new CollectionSnapshot("one", { collection: "web-tier" }, { parent }).urn);
    expect(setSecretOutputs.mock.calls.map(([list]) => list)).toContainEqual([
      "collectionId",
      "collectionPath",
      "collectionName",
    ]);
  });
});

it("recognizes the plugin's resource in the state, so that a stack can go back", async () => {
  const resource = new CollectionSnapshot("one", { collection: "web-tier" }, { aliases: [{ name: "old" }] });
  const { __aliases: aliases } = resource as unknown as { __aliases: pulumi.Input<string>[] };
  expect(await resolved(pulumi.all(aliases))).toEqual([
    expect.stringMatching(/::pulumi-nodejs:dynamic\/hyperv-snapshots:CollectionSnapshot::old$/),
    expect.stringMatching(/::hyperv-snapshots:index:CollectionSnapshot::one$/),
  ]);
});

it("gives a child of a snapshot its own options only", async () => {
  const outer = new CollectionSnapshot("outer", { collection: "web-tier" }, { customTimeouts: { create: "7m" } });
  const inner = new CollectionSnapshot("inner", { collection: "web-tier" }, { parent: outer });
  const plain = new pulumi.ComponentResource("test:index:Plain", "plain", {}, { parent: outer });
  await resolved(plain.urn);
  expect((await inputsOf(outer)).__meta).toMatchObject({ timeouts: { create: "7m" } });
  expect((await inputsOf(inner)).__meta).not.toHaveProperty("timeouts");
});

describe("the import option", () => {
  it.each([
    [
      "of a snapshot is refused, with the command that imports it",
      () => new CollectionSnapshot("before", { collection: "web-tier" }, { import: "8A1C" }),
      /CollectionSnapshot "before".*import.*npx hyperv-snapshots import '8A1C' --name before/,
    ],
    [
      "of a group is refused, with what reads it",
      () => new VirtualSystemCollection("group", {}, { import: "8A1C" }),
      /VirtualSystemCollection\.get\("group", "8A1C"\)/,
    ],
    [
      "that a transformation adds is refused too",
      () => {
        const parent = parentWhich((opts) => ({ ...opts, import: "8A1C" }));
        return new CollectionSnapshot("before", { collection: "web-tier" }, { parent });
      },
      /has the option import/,
    ],
  ])("%s", (_, construct, message) => {
    expect(construct).toThrow(message);
    expect(construct).toThrow(pulumi.RunError);
  });
});

describe("isInstance", () => {
  it("accepts a type token alone, as typed policies do", () => {
    expect(CollectionSnapshot.isInstance({ __pulumiType: CollectionSnapshot.__pulumiType })).toBe(true);
    expect(CollectionSnapshot.isInstance({ __pulumiType: VirtualSystemCollection.__pulumiType })).toBe(false);
    expect(VirtualSystemCollection.isInstance({ __pulumiType: VirtualSystemCollection.__pulumiType })).toBe(true);
  });

  it("tells resources from names", () => {
    const group = new VirtualSystemCollection("group");
    expect(VirtualSystemCollection.isInstance(group)).toBe(true);
    expect(CollectionSnapshot.isInstance(group)).toBe(false);
    for (const value of [undefined, null, "group", pulumi.output("group"), Promise.resolve("group")]) {
      expect(VirtualSystemCollection.isInstance(value)).toBe(false);
    }
  });
});
