import { expect } from "vitest";
import type { HostAtHand } from "../../../support/simulated-hosts";
import { groupOf, hostWith, type OptionTests } from "./host-with-options";

/** Destroys a snapshot, and asks for another one in the moment after. */
function createWhileMerging(at: HostAtHand): number {
  at.destroySnapshot(at.takeSnapshot());
  at.clock.pass(4);
  expect(at.machine("web-01").numbers("OperationalStatus")).toEqual([11, 32772]);
  return at.createSnapshot().returnValue;
}

function failOne(at: HostAtHand): readonly string[] {
  at.host.injectFault({ method: "CreateSnapshot", job: { failsMember: "db-01" } });
  const result = at.createSnapshot();
  at.clock.pass(10);
  expect([at.job(result).number("JobState"), at.job(result).number("ErrorCode")]).toEqual([10, 32768]);
  const [left] = at.snapshotCollections();
  return left === undefined ? [] : at.members(left).map((one) => one.string("ElementName")?.split(" ")[0] ?? "");
}

/** What befalls a call because of a member's state. */
export const memberOptions: Pick<OptionTests, "membersMerging" | "checkpointLimitRefusal" | "failedMember"> = {
  membersMerging: {
    refuse32775: () => {
      const at = hostWith({});
      expect(createWhileMerging(at)).toBe(32775);
      at.clock.pass(1);
      expect(at.machine("web-01").numbers("OperationalStatus")).toEqual([2]);
      expect(at.createSnapshot().returnValue).toBe(4096);
    },
    accept: () => expect(createWhileMerging(hostWith({ membersMerging: "accept" }))).toBe(4096),
  },
  checkpointLimitRefusal: {
    refuse32768: () => {
      expect(groupOf({ checkpoints: 49 }, {}).createSnapshot().returnValue).toBe(4096);
      expect(groupOf({ checkpoints: 50 }, {}).createSnapshot().returnValue).toBe(32768);
    },
    refuse32770: () =>
      expect(groupOf({ checkpoints: 50 }, { checkpointLimitRefusal: "refuse32770" }).createSnapshot().returnValue).toBe(
        32770,
      ),
    jobError32768: () => {
      const at = groupOf({ checkpoints: 50 }, { checkpointLimitRefusal: "jobError32768" });
      const result = at.createSnapshot();
      at.clock.pass(10);
      expect([at.job(result).number("JobState"), at.job(result).number("ErrorCode")]).toEqual([10, 32768]);
      expect(at.snapshotCollections()).toEqual([]);
    },
  },
  failedMember: {
    allOrNothing: () => expect(failOne(hostWith({}))).toEqual([]),
    leavesOthers: () => expect(failOne(hostWith({ failedMember: "leavesOthers" }))).toEqual(["web-01", "web-02"]),
  },
};
