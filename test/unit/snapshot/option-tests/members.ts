import { expect } from "vitest";
import type { LifecycleInProcess } from "../../../support/lifecycle-in-process";
import { standardInputs } from "../../../support/lifecycle-in-process";
import {
  type ClientOptionTests,
  clientAgainst,
  clientOfOne,
  collectionsOn,
  created,
  wholeLife,
} from "./client-against";

const refusal = async (at: LifecycleInProcess) => at.failure(at.lifecycle.create(standardInputs));

/** Another owner's snapshot is being taken when ours is asked for. */
async function besideAnother(at: LifecycleInProcess) {
  at.takeAnother(2);
  const state = await created(at);
  const [, own] = at.host.query("SELECT * FROM Msvm_SnapshotCollection");
  expect(String(state.outs["snapshotCollectionId"])).toBe(own?.string("CollectionID"));
  return state;
}

/** A snapshot is asked for in the moment after another one was destroyed. */
async function afterDestroying(at: LifecycleInProcess) {
  const { id, outs } = await at.create();
  await at.run(at.lifecycle.delete(id, outs));
  return created(at);
}

async function oneFails(at: LifecycleInProcess): Promise<string> {
  at.host.injectFault({ method: "CreateSnapshot", job: { failsMember: "db-01" } });
  const error = await refusal(at);
  expect(error).toMatchObject({ code: "JOB_FAILED" });
  return error.message;
}

/** What a host does because of its machines. */
export const memberOptions: Pick<
  ClientOptionTests,
  "membersOff" | "membersSavedOrPaused" | "membersBusy" | "membersMerging" | "failedMember" | "savedState"
> = {
  membersOff: {
    refuse32770: async () => {
      const error = await refusal(clientOfOne({ state: "off" }, { membersOff: "refuse32770" }));
      expect(error).toMatchObject({ code: "METHOD_VENDOR_NOT_SUPPORTED" });
      expect(error.message).toContain("Possible causes: web-01 is Off");
      expect(error.message).toContain("start the members");
    },
    accept: async () => {
      const at = clientOfOne({ state: "off" }, { membersOff: "accept" });
      expect(await wholeLife(at)).toEqual([1, 0]);
      expect(at.warnings).toEqual([expect.stringContaining("web-01 is Off")]);
    },
  },
  membersSavedOrPaused: {
    accept: async () => {
      for (const [state, hasSavedState] of [
        ["saved", true],
        ["paused", false],
      ] as const) {
        const at = clientOfOne({ state }, { membersSavedOrPaused: "accept" });
        expect((await at.create()).outs["members"]).toMatchObject([{ vmName: "web-01", hasSavedState }]);
        expect(at.warnings).toEqual([expect.stringMatching(/^web-01 is (Saved|Paused): /)]);
      }
    },
    refuse32775: async () => {
      for (const state of ["saved", "paused"]) {
        const error = await refusal(clientOfOne({ state }, { membersSavedOrPaused: "refuse32775" }));
        expect(error).toMatchObject({ code: "METHOD_VENDOR_INVALID_STATE" });
        expect(error.message).toMatch(/No snapshot was taken\. Possible causes: web-01 is (Saved|Paused)/);
      }
    },
  },
  membersBusy: {
    refuse32775: async () => {
      const { sent, members } = await besideAnother(clientAgainst({ membersBusy: "refuse32775" }));
      expect(sent).toBeGreaterThan(2); // another owner's is the first
      expect(members).toBe(3);
    },
    accept: async () =>
      expect(await besideAnother(clientAgainst({ membersBusy: "accept" }))).toMatchObject({ sent: 2, members: 3 }),
  },
  membersMerging: {
    refuse32775: async () => {
      const at = clientAgainst({ membersMerging: "refuse32775" });
      expect((await afterDestroying(at)).sent).toBeGreaterThan(2);
      expect(at.shown).toContain("the host is busy, 32775 (Invalid state for this operation): trying again in 1 s");
    },
    accept: async () => {
      const at = clientAgainst({ membersMerging: "accept" });
      expect(await afterDestroying(at)).toMatchObject({ sent: 2, members: 3 });
      // its own replacement has started these merges
      expect(at.warnings).toEqual([]);
    },
  },
  failedMember: {
    allOrNothing: async () => {
      const at = clientAgainst({ failedMember: "allOrNothing" });
      expect(await oneFails(at)).toContain("No snapshot was taken.");
      expect(collectionsOn(at)).toBe(0);
    },
    leavesOthers: async () => {
      const at = clientAgainst({ failedMember: "leavesOthers" });
      const message = await oneFails(at);
      const [left] = at.host.query("SELECT * FROM Msvm_SnapshotCollection");
      expect(message).toContain(`The group has gained a snapshot collection meanwhile`);
      expect(message).toContain(String(left?.string("CollectionID")));
      expect(message).not.toContain("No snapshot was taken");
    },
  },
  savedState: {
    never: async () => {
      const at = clientOfOne({ userSnapshotType: "Test" }, { savedState: "never" });
      expect((await at.create()).outs["members"]).toMatchObject([{ hasSavedState: false }]);
    },
    standardCheckpoints: async () => {
      const at = clientOfOne({ userSnapshotType: "Test" }, { savedState: "standardCheckpoints" });
      const { id, outs } = await at.create();
      expect(outs["members"]).toMatchObject([{ hasSavedState: true }]);
      expect(await at.run(at.lifecycle.read(id, outs))).toMatchObject({ props: outs });
    },
  },
};
