import { join } from "node:path";
import type * as grpc from "@grpc/grpc-js";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PluginClient, pluginUrn, struct } from "../support/plugin-client";
import { pluginFolder } from "../support/plugin-project";
import { smallSeed } from "../support/pulumi-project";
import { takeByHand } from "../support/simulated-hosts";
import { temporaryFolder } from "../support/temporary-folder";

const signature = "4dabf18193072939515e22adb298388d";
const secret = (value: unknown) => ({ [signature]: "1b47061264138c4ac30d75fd1eb44270", value });
const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
const groupUrn = pluginUrn("all", "hyperv-snapshots:index:VirtualSystemCollection");

let plugin: PluginClient;
let host: SimulatedHost;
let simulatedHost: string;
let folder: string;

const start = (configuration: object = {}) => {
  const env = { ...process.env, PULUMI_HOME: folder, PULUMI_BACKEND_URL: `file://${folder}` };
  return PluginClient.start(pluginFolder, { transport: "simulated", simulatedHost, ...configuration }, { folder, env });
};

beforeEach(async () => {
  folder = temporaryFolder();
  simulatedHost = join(folder, "host.jsonl");
  host = SimulatedHost.open({ storeFile: simulatedHost, seed: { ...smallSeed, options: { completion: "atOnce" } } });
  plugin = await start();
});

afterEach(async () => {
  await plugin.stop();
  expect(plugin.stderr).toBe("");
});

/** The failures of a check, by property. */
async function failures(inputs: object, urn?: string): Promise<Record<string, string>> {
  const list = (await plugin.check(inputs, urn)).getFailuresList();
  return Object.fromEntries(list.map((one) => [one.getProperty(), one.getReason()]));
}

/** Reads a resource that only its id says, as an import does. */
async function imported(id: string, urn = pluginUrn("before")): Promise<messages.ReadResponse> {
  const request = new messages.ReadRequest();
  request.setId(id);
  request.setUrn(urn);
  return plugin.call("read", request);
}

const remove = (id: string, properties: object, urn = pluginUrn("before")) => {
  const request = new messages.DeleteRequest();
  request.setId(id);
  request.setUrn(urn);
  request.setProperties(struct(properties));
  return plugin.call("delete", request);
};

const propertiesOf = (answer: { getProperties(): unknown }) =>
  (answer.getProperties() as ReturnType<typeof struct>).toJavaScript() as Record<string, unknown>;

describe("a value", () => {
  it("that isn't known yet may be an element of a list", async () => {
    expect(await failures({ name: "all", members: ["web-01", unknown] }, groupUrn)).toEqual({});
    expect(Object.keys(await failures({ name: "all", members: [7, unknown] }, groupUrn))).toEqual(["members.0"]);
  });

  it("counts as absent if it is null, in inputs and in the configuration", async () => {
    const empty = { snapshotType: null, settings: { consistencyLevel: null }, waitForMerge: null, connection: null };
    expect(await failures({ collection: "web-tier", ...empty })).toEqual({});
    expect(await failures({ collection: null })).toEqual({ collection: expect.stringContaining("it is missing") });
    const request = new messages.CheckRequest();
    const connections = { east: { transport: "simulated", simulatedHost: null } };
    request.setNews(struct({ transport: null, host: null, connections, connection: "east" }));
    const checked = await plugin.call<messages.CheckResponse>("checkConfig", request);
    expect(checked.getFailuresList()).toEqual([]);
  });

  it("doesn't appear in messages of look-ups or of the provider's configuration if it is secret", async () => {
    const request = new messages.InvokeRequest();
    request.setTok("hyperv-snapshots:index:getVirtualSystemCollection");
    request.setArgs(struct({ collection: secret("top-secret-tier") }));
    const failure = await plugin.call("invoke", request).catch((error: Error) => error.message);
    expect(failure).toContain('Finding the VM group "[secret]"');
    const news = new messages.CheckRequest();
    news.setNews(struct({ transport: secret("carrier-pigeon") }));
    const [wrong] = (await plugin.call<messages.CheckResponse>("checkConfig", news)).getFailuresList();
    expect(wrong?.getProperty()).toBe("transport");
    expect(wrong?.getReason()).toContain("[secret]");
  });

  it("that is an asset is refused by a look-up under its own name", async () => {
    const request = new messages.InvokeRequest();
    request.setTok("hyperv-snapshots:index:getVirtualSystemCollection");
    request.setArgs(struct({ collection: { [signature]: "c44067f5952c0a294b673a41bacd8c17", text: "x" } }));
    await expect(plugin.call("invoke", request)).rejects.toThrow("collection: assets and archives can't be compared");
  });

  it("that is secret inside connections is hidden, whatever it is", async () => {
    const request = new messages.CheckRequest();
    const east = { transport: "simulated", dependents: secret("very-secret") };
    request.setNews(struct({ connections: { east } }));
    const [wrong] = (await plugin.call<messages.CheckResponse>("checkConfig", request)).getFailuresList();
    expect(wrong?.getReason()).toContain('"[secret]" isn\'t one of its values');
  });

  it.each([
    ["an object", (map: object) => map],
    ["JSON", (map: object) => JSON.stringify(map)],
  ])("that isn't a password stays readable if all connections are secret: written as %s", async (_form, write) => {
    await plugin.stop();
    const east = { transport: "wsman", host: "web-tier", username: "joe", password: "hunter2-horse" };
    plugin = await start({ connections: secret(write({ east })) });
    const reasons = async (snapshotType: string) =>
      (await failures({ collection: "web-tier", snapshotType })) as object;
    expect(JSON.stringify(await reasons("wsman"))).toContain("wsman");
    expect(JSON.stringify(await reasons("hunter2-horse"))).toContain("[secret]");
  });
});

it("the machines of a group with secret members are secret", async () => {
  const created = await plugin.create({ name: "all", members: ["web-01", secret("web-02")] }, groupUrn);
  expect(propertiesOf(created)["machines"]).toMatchObject({ [signature]: expect.any(String) });
});

it("a method that answers by a stream is refused, too", async () => {
  const client = (
    plugin as unknown as { client: Record<string, (request: object) => grpc.ClientReadableStream<unknown>> }
  ).client;
  const request = new (messages as unknown as Record<string, new () => object>)["ListRequest"]!();
  const stream = client["list"]!(request);
  const failure = await new Promise<Error>((resolve) => stream.on("error", resolve).resume());
  expect(failure.message).toMatch(/UNIMPLEMENTED/);
});

describe("an import", () => {
  it("of a group by its name has the host's id: a group that gets the name later isn't taken for it", async () => {
    const created = await plugin.create({ name: "all", members: [] }, groupUrn);
    const found = await imported("all", groupUrn);
    expect(found.getId()).toBe(created.getId());
    const other = await plugin.create(
      { name: "all", members: [] },
      pluginUrn("other", "hyperv-snapshots:index:VirtualSystemCollection"),
    );
    await remove(found.getId(), propertiesOf(found), groupUrn);
    const left = host.query("SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = 'all'");
    expect(left.map((group) => group.string("CollectionID"))).toEqual([other.getId()]);
  });

  it.each([
    ["its id", (path: { key(name: string): unknown }) => String(path.key("CollectionID"))],
    ["its reference", (path: object) => String(path)],
  ])("of a snapshot by %s has an id under which its delete is noted", async (_what, id) => {
    takeByHand(host);
    const { path } = host.query("SELECT * FROM Msvm_SnapshotCollection")[0]!;
    const found = await imported(id(path));
    expect(found.getId()).toBe(String(path.key("CollectionID")).toLowerCase());
    await remove(found.getId(), propertiesOf(found));
    const request = new messages.DiffRequest();
    request.setId(found.getId());
    request.setUrn(pluginUrn("before"));
    request.setOlds(found.getProperties());
    request.setOldInputs(found.getInputs());
    request.setNews(found.getInputs());
    const difference = await plugin.call<messages.DiffResponse>("diff", request);
    expect(difference.getReplacesList()).toEqual(["collection"]);
  });
});

describe("the preview of an update", () => {
  /** What a preview answers. */
  async function preview(id: string, olds: object, news: object, urn: string) {
    const request = new messages.UpdateRequest();
    request.setId(id);
    request.setUrn(urn);
    request.setOlds(struct(olds));
    request.setNews(struct(news));
    request.setPreview(true);
    return propertiesOf(await plugin.call<messages.UpdateResponse>("update", request));
  }

  it("of an incomplete snapshot doesn't know its members, and knows its group", async () => {
    const inputs = { collection: "web-tier", snapshotType: "Standard", snapshotName: "before" };
    const group = { collectionId: "1", collectionPath: "2", collectionName: "web-tier", hostName: "HV-TEST" };
    const pending = { job: null, before: [], made: null };
    const olds = { ...inputs, ...group, members: [], __pending: pending };
    const foreseen = await preview("0d9f5a3e-8f6f-4a51-9f0a-6f2d8a3b9c11", olds, inputs, pluginUrn("before"));
    expect(foreseen).toMatchObject({ ...group, members: unknown, snapshotCollectionId: unknown, job: unknown });
  });

  it.each([
    ["other members", ["web-01"], ["web-01", "web-02"]],
    ["fewer machines than members", ["web-01", "web-02"], ["web-01", "web-02"]],
  ])("of a group with %s doesn't know its machines", async (_what, before, members) => {
    const olds = { name: "all", members: before, machines: [{ vmId: "1", vmName: "web-01" }], collectionId: "1" };
    const foreseen = await preview("1", olds, { name: "all", members }, groupUrn);
    expect(foreseen).toEqual({
      name: "all",
      members,
      machines: unknown,
      collectionId: "1",
      collectionPath: unknown,
      hostName: unknown,
    });
  });
});
