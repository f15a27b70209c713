import { expect } from "vitest";
import type { OptionValue } from "../../../../provider/src/simulator/index";
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

/** What a snapshot of a group, and one of the machine alone, return for a machine whose checkpoints are disabled. */
function disabledMachine(checkpointsDisabled: OptionValue<"checkpointsDisabled">): readonly number[] {
  const at = groupOf({ userSnapshotType: "Disable" }, { checkpointsDisabled });
  const AffectedSystem = at.machine("web-01").path;
  const parameters = { AffectedSystem, SnapshotType: 2 };
  const calls = [
    () => at.createSnapshot(),
    () => at.call("Msvm_VirtualSystemSnapshotService", "CreateSnapshot", parameters),
  ];
  return calls.map((call) => {
    const result = call();
    if (result.returnValue !== 4096) return result.returnValue;
    at.clock.pass(2);
    return at.job(result).number("ErrorCode") ?? -1;
  });
}

/** The status of a machine whose snapshot was destroyed: at once, and a minute later. */
function statusAfterDestroying(at: HostAtHand): readonly unknown[] {
  at.destroySnapshot(at.takeSnapshot());
  at.clock.pass(4);
  const atOnce = at.machine("web-01").numbers("OperationalStatus");
  at.clock.pass(60);
  return [atOnce, at.machine("web-01").numbers("OperationalStatus")];
}

function statusWhileApplying(applyingStatus: OptionValue<"applyingStatus">): unknown {
  const at = hostWith({ applyingStatus });
  at.call("Msvm_CollectionSnapshotService", "ApplySnapshot", { SnapshotCollection: at.takeSnapshot() });
  return at.machine("web-01").numbers("OperationalStatus");
}

/** What befalls a call because of a member's state. */
export const memberOptions: Pick<
  OptionTests,
  "membersMerging" | "checkpointLimitRefusal" | "failedMember" | "checkpointsDisabled" | "applyingStatus" | "merging"
> = {
  checkpointsDisabled: {
    refuse32775: () => expect(disabledMachine("refuse32775")).toEqual([32775, 32775]),
    jobError32768: () => expect(disabledMachine("jobError32768")).toEqual([32768, 32768]),
    groupsAccept: () => expect(disabledMachine("groupsAccept")).toEqual([0, 32775]),
  },
  applyingStatus: {
    "32769": () => expect(statusWhileApplying("32769")).toEqual([11, 32769]),
    "23769": () => expect(statusWhileApplying("23769")).toEqual([11, 23769]),
  },
  merging: {
    ends: () => expect(statusAfterDestroying(hostWith({ merging: "ends" }))).toEqual([[11, 32772], [2]]),
    neverBegins: () => expect(statusAfterDestroying(hostWith({ merging: "neverBegins" }))).toEqual([[2], [2]]),
    neverEnds: () => {
      const at = hostWith({ merging: "neverEnds" });
      expect(statusAfterDestroying(at)).toEqual([
        [11, 32772],
        [11, 32772],
      ]);
      at.host.setOption("merging", "ends");
      at.clock.pass(1);
      expect(at.machine("web-01").numbers("OperationalStatus")).toEqual([2]);
    },
  },
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
