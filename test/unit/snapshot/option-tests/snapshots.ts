import { expect } from "vitest";
import { type LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";
import { type ClientOptionTests, clientAgainst, clientOfOne, collectionsOn, wholeLife } from "./client-against";

const snapshots = "SELECT * FROM Msvm_VirtualSystemSettingData WHERE VirtualSystemType LIKE '%Snapshot%'";

const named = (name: string) => ({ ...standardInputs, snapshotName: name });

/** Names and renames a snapshot. @returns The `Notes` of the machine and of its snapshot. */
async function notesAfterNaming(at: LifecycleInProcess): Promise<readonly unknown[]> {
  const { id, outs } = await at.create(named("before"));
  await at.run(at.lifecycle.update(id, outs, named("after")));
  const settings = at.host.query("SELECT * FROM Msvm_VirtualSystemSettingData");
  expect(at.host.query(snapshots).map((one) => one.string("ElementName"))).toEqual(["after"]);
  return settings.map((one) => one.properties["Notes"]);
}

/** A person deletes the one machine's snapshot; what a refresh then shows. */
async function lastMemberDeleted(at: LifecycleInProcess) {
  const { id, outs } = await at.create();
  const [snapshot] = at.host.query(snapshots);
  at.elsewhere("Msvm_VirtualSystemSnapshotService", "DestroySnapshot", { AffectedSnapshot: snapshot?.path ?? null });
  at.clock.pass(60_000);
  const { props } = await at.run(at.lifecycle.read(id, outs));
  await at.run(at.lifecycle.delete(id, props ?? outs));
  expect(collectionsOn(at)).toBe(0);
  return props;
}

/** An older snapshot is destroyed under a newer one, at a host of which the configuration says what it does. */
async function destroyOlder(dependents: "kept" | "removed"): Promise<LifecycleInProcess> {
  const at = clientAgainst({ dependents }, undefined, { dependents });
  const { id, outs } = await at.create();
  const [machine] = at.host.query("SELECT * FROM Msvm_ComputerSystem WHERE ElementName = 'web-01'");
  at.elsewhere("Msvm_VirtualSystemSnapshotService", "CreateSnapshot", {
    AffectedSystem: machine?.path ?? null,
    SnapshotType: 2,
  });
  at.clock.pass(10_000);
  await at.run(at.lifecycle.delete(id, outs));
  return at;
}

const recovery = { ...named("before"), snapshotType: "Recovery" };

/** What snapshots are like, and what becomes of them. */
export const snapshotOptions: Pick<
  ClientOptionTests,
  "snapshotNotes" | "recoverySnapshotSettings" | "snapshotCollectionName" | "emptySnapshotCollection" | "dependents"
> = {
  snapshotNotes: {
    kept: async () => expect(await notesAfterNaming(clientOfOne({}, { snapshotNotes: "kept" }))).toEqual([null, null]),
    ignored: async () =>
      expect(await notesAfterNaming(clientOfOne({}, { snapshotNotes: "ignored" }))).toEqual([null, null]),
    vm: async () => expect(await notesAfterNaming(clientOfOne({}, { snapshotNotes: "vm" }))).toEqual([null, null]),
  },
  recoverySnapshotSettings: {
    accept: async () =>
      expect(await wholeLife(clientAgainst({ recoverySnapshotSettings: "accept" }), recovery)).toEqual([1, 0]),
    refuse32775: async () => {
      const at = clientAgainst({ recoverySnapshotSettings: "refuse32775" });
      const { id, outs } = await at.partial(recovery);
      expect(outs).toMatchObject({ members: [{}, {}, {}], snapshotCollectionId: expect.any(String) });
      await at.run(at.lifecycle.delete(id, outs));
      expect(collectionsOn(at)).toBe(0);
    },
  },
  snapshotCollectionName: {
    null: async () => expect(await wholeLife(clientAgainst({ snapshotCollectionName: "null" }))).toEqual([1, 0]),
    group: async () => {
      const at = clientAgainst({ snapshotCollectionName: "group" });
      expect(await wholeLife(at)).toEqual([1, 0]);
      // the group is still found by a name that its snapshots bear too
      const first = await at.create();
      expect((await at.create()).outs["collectionId"]).toBe(first.outs["collectionId"]);
    },
  },
  emptySnapshotCollection: {
    goes: async () =>
      expect(await lastMemberDeleted(clientOfOne({}, { emptySnapshotCollection: "goes" }))).toBeUndefined(),
    stays: async () => {
      const at = clientOfOne({}, { emptySnapshotCollection: "stays" });
      expect(await lastMemberDeleted(at)).toMatchObject({ members: [] });
      expect(at.warnings).toEqual([expect.stringContaining("The snapshots of web-01 were deleted on the host")]);
    },
  },
  dependents: {
    kept: async () => {
      const at = await destroyOlder("kept");
      expect(at.snapshotCounts()).toEqual([1, 0, 0]);
      expect(at.warnings).toEqual([]);
    },
    removed: async () => {
      const at = await destroyOlder("removed");
      expect(at.snapshotCounts()).toEqual([0, 0, 0]);
      expect(at.warnings).toEqual([expect.stringContaining("also removes its dependent snapshots")]);
    },
  },
};
