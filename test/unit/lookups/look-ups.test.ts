import * as pulumi from "@pulumi/pulumi";
import {
  getCollectionSnapshot,
  getCollectionSnapshotOutput,
  getCollectionSnapshots,
  getCollectionSnapshotsOutput,
  getVirtualSystemCollection,
  getVirtualSystemCollectionOutput,
} from "pulumi-hyperv-snapshots";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CommandLine } from "../../support/command-line";

let at: CommandLine;
beforeEach(() => {
  at = new CommandLine();
  at.host();
  pulumi.runtime.setAllConfig({
    "hyperv-snapshots:transport": "simulated",
    "hyperv-snapshots:simulatedHost": at.storeFile,
    "project:other": "of another package",
  });
});
afterEach(() => {
  vi.unstubAllEnvs();
  pulumi.runtime.setAllConfig({});
});

describe("the look-ups", () => {
  it("read a group by its name, and its machines in the order of their names", async () => {
    const group = await getVirtualSystemCollection({ collection: "web-tier" });
    expect(group).toEqual({
      collectionId: expect.stringMatching(/^[0-9A-F-]{36}$/),
      collectionPath: expect.stringContaining(group.collectionId),
      name: "web-tier",
      machines: [
        { vmId: expect.any(String), vmName: "db-01" },
        { vmId: expect.any(String), vmName: "web-01" },
      ],
      hostName: "HV-TEST",
    });
    expect(await getVirtualSystemCollection({ collection: group.collectionPath })).toEqual(group);
  });

  it("read a snapshot by the host's id in any form and by its reference, and all of them oldest first", async () => {
    const id = at.takeSnapshot();
    const mail = at.takeSnapshot("mail");
    const snapshot = await getCollectionSnapshot({ snapshotCollection: `{${id.toLowerCase()}}` });
    expect(snapshot).toEqual({
      resultingSnapshotCollection: `\\\\HV-TEST\\root\\virtualization\\v2:Msvm_SnapshotCollection.CollectionID="${id}"`,
      snapshotCollectionId: id,
      collectionId: expect.any(String),
      collectionPath: expect.stringContaining("Msvm_VirtualSystemCollection"),
      collectionName: "web-tier",
      hostName: "HV-TEST",
      snapshotName: null,
      snapshotType: "Standard",
      members: [
        expect.objectContaining({ vmName: "db-01", hasSavedState: expect.any(Boolean) }),
        expect.objectContaining({ vmName: "web-01", snapshotId: expect.stringContaining("Microsoft:") }),
      ],
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const reference = snapshot.resultingSnapshotCollection;
    expect(await getCollectionSnapshot({ snapshotCollection: reference })).toEqual(snapshot);
    const all = await getCollectionSnapshots();
    expect(all.snapshots.map(({ snapshotCollectionId }) => snapshotCollectionId)).toEqual([id, mail]);
    const ofMail = await getCollectionSnapshots({ collection: "mail" });
    expect(ofMail).toMatchObject({ hostName: "HV-TEST", snapshots: [{ snapshotCollectionId: mail }] });
  });

  it("report what is wrong and how to correct it", async () => {
    const unknown = "6B29FC40-CA47-1067-B31D-00DD010662DA";
    const wrong = { collection: 5, group: "web-tier" } as unknown as { collection: string };
    for (const [call, code, said] of [
      [() => getVirtualSystemCollection(wrong), "INVALID_ARGUMENT", "as text; there is no such input. The inputs are"],
      [() => getVirtualSystemCollection({ collection: "web-teir" }), "CIM_NOT_FOUND", 'the host has "web-tier"'],
      [
        () => getCollectionSnapshot({ snapshotCollection: "before" }),
        "INVALID_ARGUMENT",
        "getCollectionSnapshots lists",
      ],
      [() => getCollectionSnapshot({ snapshotCollection: unknown }), "CIM_NOT_FOUND", "no such snapshot collection"],
      [() => getCollectionSnapshots({ connection: "east" }), "INVALID_ARGUMENT", "has no connections"],
    ] as const) {
      await expect(call()).rejects.toMatchObject({ code, message: expect.stringContaining(said) });
    }
    at.host().setOption("rights", "allHidden");
    const unseeing = getCollectionSnapshot({ snapshotCollection: unknown });
    await expect(unseeing).rejects.toMatchObject({ code: "CIM_ACCESS_DENIED" });
  });

  it("use the given connection, and the environment if the stack configures none", async () => {
    const connections = { there: { transport: "simulated", simulatedHost: at.storeFile } };
    pulumi.runtime.setAllConfig({ "hyperv-snapshots:connections": JSON.stringify(connections) });
    expect(await getVirtualSystemCollection({ collection: "mail", connection: "there" })).toMatchObject({
      name: "mail",
    });
    vi.stubEnv("HYPERV_SNAPSHOTS_TRANSPORT", "simulated");
    vi.stubEnv("HYPERV_SNAPSHOTS_SIMULATED_HOST", at.storeFile);
    expect(await getVirtualSystemCollection({ collection: "mail" })).toMatchObject({ name: "mail" });
    await expect(getVirtualSystemCollection({ collection: "mail", connection: "here" })).rejects.toThrow(
      'Did you mean "there"?',
    );
  });

  it("throw errors that the SDK prints as their message alone", async () => {
    const error = await getVirtualSystemCollection({ collection: "web-teir" }).catch((thrown: unknown) => thrown);
    expect(pulumi.RunError.isInstance(error)).toBe(true);
    expect(Object.keys(error as object)).not.toContain("__pulumiRunError");
  });

  it("return a secret only for a secret argument", async () => {
    const plain = getVirtualSystemCollectionOutput({ collection: "web-tier" });
    const secret = getVirtualSystemCollectionOutput({ collection: pulumi.secret("web-tier") });
    expect([await pulumi.isSecret(plain), await pulumi.isSecret(secret)]).toEqual([false, true]);
    const name = await new Promise((resolve) => secret.name.apply(resolve));
    expect(name).toBe("web-tier");
  });
});

describe("under the SDK's mocks", () => {
  it("the look-ups take a VirtualSystemCollection, as the resources do", async () => {
    await pulumi.runtime.setMocks({
      newResource: ({ inputs }) => ({ id: "an-id", state: { ...inputs, collectionId: "the-group" } }),
      call: ({ inputs }) => ({ collectionId: inputs["collection"] }),
    });
    const { VirtualSystemCollection } = await import("pulumi-hyperv-snapshots");
    const group = new VirtualSystemCollection("web-tier");
    for (const found of [
      getVirtualSystemCollectionOutput({ collection: group }).collectionId,
      getCollectionSnapshotsOutput({ collection: group }).apply(
        (one) => (one as { collectionId?: string }).collectionId,
      ),
    ]) {
      expect(await new Promise((resolve) => found.apply(resolve))).toBe("the-group");
    }
  });

  it("the look-ups ask the mocks, contact no host, and wait for what they depend on", async () => {
    const asked: string[] = [];
    await pulumi.runtime.setMocks({
      newResource: ({ inputs }) => ({ id: "an-id", state: inputs }),
      call: ({ token, inputs }) => {
        asked.push(`${token} ${JSON.stringify(inputs)}`);
        return { hostName: "HV-MOCK", createdAt: null };
      },
    });
    const { CollectionSnapshot } = await import("pulumi-hyperv-snapshots");
    const before = new CollectionSnapshot("before", { collection: "web-tier" });
    const found = getCollectionSnapshotOutput({ snapshotCollection: "an-id" }, { dependsOn: [before] });
    expect(await new Promise((resolve) => found.hostName.apply(resolve))).toBe("HV-MOCK");
    expect(asked).toEqual(['hyperv-snapshots:index:getCollectionSnapshot {"snapshotCollection":"an-id"}']);
  });
});
