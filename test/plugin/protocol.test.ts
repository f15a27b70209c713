import { join } from "node:path";
import type * as grpc from "@grpc/grpc-js";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { PluginClient, pluginUrn, struct } from "../support/plugin-client";
import { pluginFolder } from "../support/plugin-project";
import { smallSeed } from "../support/pulumi-project";
import { temporaryFolder } from "../support/temporary-folder";

let plugin: PluginClient;
let host: SimulatedHost;

beforeEach(async () => {
  const folder = temporaryFolder();
  const simulatedHost = join(folder, "host.jsonl");
  host = SimulatedHost.open({ storeFile: simulatedHost, seed: smallSeed });
  const env = { ...process.env, PULUMI_HOME: folder, PULUMI_BACKEND_URL: `file://${folder}` };
  plugin = await PluginClient.start(pluginFolder, { transport: "simulated", simulatedHost }, { folder, env });
});

afterEach(async () => {
  await plugin.stop();
  expect(plugin.stderr).toBe("");
});

const inputs = { collection: "web-tier", snapshotType: "Standard", snapshotName: "before" };

describe("the plugin refuses with one sentence and no stack trace", () => {
  it("a type that it doesn't have", async () => {
    const refusal = plugin.check({}, pluginUrn("before", "hyperv-snapshots:index:Nothing"));
    await expect(refusal).rejects.toThrow('The plugin has no resource type "hyperv-snapshots:index:Nothing".');
  });

  it("a function that it doesn't have", async () => {
    const request = new messages.InvokeRequest();
    request.setTok("hyperv-snapshots:index:getNothing");
    await expect(plugin.call("invoke", request)).rejects.toThrow(/no function "hyperv-snapshots:index:getNothing"/);
  });

  it("a text that isn't a URN", async () => {
    await expect(plugin.check({}, "nonsense")).rejects.toThrow(/no resource type/);
  });

  it("a method that it doesn't serve", async () => {
    await expect(plugin.call("construct", new messages.ConstructRequest())).rejects.toThrow(/UNIMPLEMENTED/);
  });

  it("a malformed value, as a failure of its property", async () => {
    const malformed = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
    const answer = await plugin.check({ collection: "web-tier", triggers: [malformed] });
    expect(answer.getFailuresList().map((failure) => failure.toObject())).toEqual([
      { property: "triggers[0]", reason: "the secret has no value" },
    ]);
  });

  it("an input, without its value where that is a secret", async () => {
    const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", value: "hunter2" };
    const answer = await plugin.check({ collection: "web-tier", snapshotType: secret });
    const [failure] = answer.getFailuresList().map((one) => one.toObject());
    expect(failure).toEqual({ property: "snapshotType", reason: expect.stringContaining("[secret]") });
    expect(failure?.reason).not.toContain("hunter2");
  });

  it.each([
    ["a snapshot without its reference", { collection: "web-tier", collectionId: "x" }],
    ["a reference of another kind", { collection: "web-tier", resultingSnapshotCollection: { v2: true } }],
    ["a pending operation of another form", { collection: "web-tier", __pending: { operations: [1] } }],
  ])("a state of a later version: %s; nothing is deleted", async (_, properties) => {
    const request = new messages.DeleteRequest();
    request.setId("0d9f5a3e-8f6f-4a51-9f0a-6f2d8a3b9c11");
    request.setUrn(pluginUrn("before"));
    request.setProperties(struct(properties));
    const refusal = await plugin.call("delete", request).then(
      () => "deleted",
      (error: Error) => error.message,
    );
    expect(refusal).not.toMatch(/TypeError|undefined|\n\s+at |\[object/);
    expect(refusal).not.toBe("deleted");
    expect(host.methodCalls["DestroySnapshot"]).toBeUndefined();
  });
});

describe("a diff names", () => {
  const { ADD, DELETE_REPLACE, UPDATE, UPDATE_REPLACE } = messages.PropertyDiff.Kind;

  /** Asks for the difference between a complete snapshot and a program. */
  async function diff(news: object) {
    const olds = { ...inputs, triggers: ["1"] };
    const outputs = { ...olds, resultingSnapshotCollection: "reference", collectionId: "1" };
    const request = new messages.DiffRequest();
    request.setId("0d9f5a3e-8f6f-4a51-9f0a-6f2d8a3b9c11");
    request.setUrn(pluginUrn("before"));
    request.setOlds(struct(outputs));
    request.setOldInputs(struct(olds));
    request.setNews(struct(JSON.parse(JSON.stringify({ ...olds, ...news }))));
    const answer = await plugin.call<messages.DiffResponse>("diff", request);
    const kinds = [...answer.getDetaileddiffMap().entries()].map(([name, one]: [string, messages.PropertyDiff]) => [
      name,
      one.getKind(),
    ]);
    return { changes: answer.getChanges(), kinds: Object.fromEntries(kinds), answer };
  }

  it("nothing where nothing differs", async () => {
    const { changes, kinds } = await diff({});
    expect([changes, kinds]).toEqual([messages.DiffResponse.DiffChanges.DIFF_NONE, {}]);
  });

  it("what is updated, and the outputs that stay as they are", async () => {
    const { kinds, answer } = await diff({ snapshotName: "renamed", waitForMerge: true });
    expect(kinds).toEqual({ snapshotName: UPDATE, waitForMerge: ADD });
    expect(answer.getReplacesList()).toEqual([]);
    expect(answer.getStablesList()).toEqual(expect.arrayContaining(["resultingSnapshotCollection", "members"]));
    expect(answer.getStablesList()).not.toContain("snapshotName");
  });

  it.each([
    ["changed", ["2"], UPDATE_REPLACE],
    ["removed", undefined, DELETE_REPLACE],
  ])("what replaces, and that the old one is deleted first: %s", async (_, triggers, kind) => {
    const { kinds, answer } = await diff({ triggers });
    expect(kinds).toEqual({ triggers: kind });
    expect(answer.getReplacesList()).toEqual(["triggers"]);
    expect(answer.getDeletebeforereplace()).toBe(true);
    expect(answer.getStablesList()).toEqual([]);
  });
});

it("responds to Cancel after it has released everything, and responds to a second one too", async () => {
  const created = await plugin.create(inputs);
  expect(created.getId()).toMatch(/^[0-9a-f-]{36}$/);
  await plugin.call("cancel", new Empty());
  await plugin.call("cancel", new Empty());
});

it("Cancel ends a wait, and the call returns the incomplete resource", async () => {
  host.setOption("completion", "job");
  const creating = plugin.create(inputs).then(
    () => "created",
    (error: grpc.ServiceError) => error.metadata.get("grpc-status-details-bin").length,
  );
  await vi.waitUntil(() => host.methodCalls["CreateSnapshot"], { timeout: 10_000, interval: 5 });
  await plugin.call("cancel", new Empty());
  expect(await creating).toBe(1);
});
