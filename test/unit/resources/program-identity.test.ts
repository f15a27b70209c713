import * as pulumi from "@pulumi/pulumi";
import { afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { CollectionSnapshot } from "../../../provider/src/resources/collection-snapshot";
import { deletesOldFirst } from "../../../provider/src/resources/replacement-order";

/** What the program has registered, by name. */
const registered = new Map<string, { readonly inputs: Record<string, unknown> }>();

beforeAll(() => {
  void pulumi.runtime.setMocks(
    {
      newResource: ({ name, inputs }) => {
        registered.set(name, { inputs });
        return { id: `${name}-id`, state: inputs };
      },
      call: () => ({}),
    },
    "project",
    "test",
  );
});

afterEach(() => {
  vi.unstubAllEnvs();
  pulumi.runtime.setAllConfig({});
});

async function metaOf(resource: pulumi.CustomResource, name: string): Promise<Record<string, unknown>> {
  await new Promise((resolve) => resource.urn.apply(resolve));
  await vi.waitFor(() => expect(registered.get(name)).toBeDefined());
  return registered.get(name)!.inputs["__meta"] as Record<string, unknown>;
}

class Component extends pulumi.ComponentResource {
  constructor(name: string, options: pulumi.ComponentResourceOptions = {}) {
    super("test:Component", name, {}, options);
  }
}

describe("the recorded identity of a resource", () => {
  it("is only its URN if it has no aliases", async () => {
    const meta = await metaOf(new CollectionSnapshot("plain", { collection: "web-tier" }), "plain");
    expect(meta["urn"]).toContain("::plain");
  });

  it("includes the URNs of its aliases", async () => {
    const options = { parent: new Component("outer"), aliases: [{ name: "older" }] };
    const meta = await metaOf(new CollectionSnapshot("newer", { collection: "web-tier" }, options), "newer");
    expect(meta["aliases"]).toContainEqual(
      "urn:pulumi:test::project::test:Component$pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot::older",
    );
  });

  it("includes the name it had before it moved into a component", async () => {
    const options = { parent: new Component("tier"), aliases: [{ parent: pulumi.rootStackResource }] };
    const meta = await metaOf(new CollectionSnapshot("moved", { collection: "web-tier" }, options), "moved");
    expect(meta["urn"]).toContain("test:Component$pulumi-nodejs");
    expect(meta["aliases"]).toContainEqual(
      "urn:pulumi:test::project::pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot::moved",
    );
  });
});

describe("a replacement deletes the old snapshot first", () => {
  it.each([
    [{}, undefined, true],
    [{ "hyperv-snapshots:dependents": "kept" }, undefined, false],
    [{ "hyperv-snapshots:dependents": "removed" }, undefined, true],
    [{ "hyperv-snapshots:connections": '{"east":{"dependents":"kept"}}' }, "east", false],
    [
      { "hyperv-snapshots:dependents": "kept", "hyperv-snapshots:connections": '{"east":{"dependents":"unknown"}}' },
      "east",
      true,
    ],
    [
      { "hyperv-snapshots:connections": '{"east":{"dependents":"kept"}}', "hyperv-snapshots:connection": "east" },
      undefined,
      false,
    ],
    [{ "hyperv-snapshots:connections": "{" }, "east", true],
  ])("with %j, on connection %s: %s", (configuration, connection, expected) => {
    pulumi.runtime.setAllConfig(configuration as Record<string, string>);
    expect(deletesOldFirst(connection)).toBe(expected);
  });

  it("is also configurable in the environment", () => {
    vi.stubEnv("HYPERV_SNAPSHOTS_DEPENDENTS", "kept");
    expect(deletesOldFirst(undefined)).toBe(false);
  });
});
