import { expect } from "vitest";
import { NotFoundError } from "../../../../provider/src/errors";
import type { Fault } from "../../../../provider/src/simulator/index";
import { type HostAtHand, jobOf } from "../../../support/simulated-hosts";
import { hostWith, type OptionTests } from "./host-with-options";

/** Cancels a job half-way. @returns Its state, and how many snapshots there are, at once and at the end. */
function cancel(at: HostAtHand): readonly (number | null)[][] {
  const result = at.createSnapshot();
  at.clock.pass(5);
  expect(at.host.invokeMethod(jobOf(result), "RequestStateChange", { RequestedState: 4 }).returnValue).toBe(0);
  const seen = () => [at.job(result).number("JobState"), at.snapshotCollections().length];
  const atOnce = seen();
  at.clock.pass(5);
  return [atOnce, seen()];
}

function restart(at: HostAtHand): { readonly isKnown: boolean; readonly snapshots: number } {
  const job = jobOf(at.createSnapshot());
  at.clock.pass(5);
  at.host.restart({ downSeconds: 2 });
  expect(() => at.host.get(job)).toThrow("doesn't answer");
  at.clock.pass(2);
  const isKnown = at.host.query("SELECT * FROM Msvm_ConcreteJob").length === 1;
  if (!isKnown) expect(() => at.host.get(job)).toThrow(NotFoundError);
  at.clock.pass(3);
  expect(at.machine("web-01").numbers("OperationalStatus")).toEqual([2]);
  return { isKnown, snapshots: at.snapshotCollections().length };
}

const exportType = (at: HostAtHand) => {
  const SnapshotCollection = at.takeSnapshot();
  const call = { SnapshotCollection, ExportDirectory: "D:\\exports", ExportSettingData: "" };
  return at.job(at.call("Msvm_CollectionSnapshotService", "ExportSnapshot", call)).number("JobType");
};

/** The rows of a CreateSnapshot job while it runs, and those with no effect that are left when it is done. */
function rowsWhileRunning(at: HostAtHand): readonly string[] {
  const result = at.createSnapshot();
  at.clock.pass(5);
  const rows = at.rows(result);
  at.clock.pass(5);
  expect(at.rows(result)).toEqual([...rows, "Msvm_SnapshotCollection 5"]);
  return rows;
}

/** How many snapshot collections there are, and how many snapshots in them, half-way and at the end of a job. */
function seenOfCollection(at: HostAtHand, job: NonNullable<Fault["job"]> = {}): readonly (readonly number[])[] {
  at.host.injectFault({ method: "CreateSnapshot", job });
  at.createSnapshot();
  const seen = () => {
    const collections = at.snapshotCollections();
    return [collections.length, collections.flatMap((collection) => at.members(collection)).length];
  };
  at.clock.pass(5);
  const halfWay = seen();
  at.clock.pass(5);
  return [halfWay, seen()];
}

/** How many seconds after its request a snapshot was created. */
function creationOf(at: HostAtHand): number {
  const begunAt = at.clock.milliseconds;
  const made = at.takeSnapshot();
  const [member] = at.members(made);
  return (Date.parse(String(member?.time("CreationTime"))) - begunAt) / 1000;
}

/** What becomes of jobs. */
export const jobOptions: Pick<
  OptionTests,
  | "cancelledJob"
  | "jobsAtRestart"
  | "exportJobType"
  | "collectionJobRows"
  | "snapshotCollectionAppears"
  | "snapshotCreationTime"
> = {
  collectionJobRows: {
    machines: () =>
      expect(rowsWhileRunning(hostWith({}))).toEqual([
        "Msvm_ComputerSystem 0",
        "Msvm_ComputerSystem 0",
        "Msvm_ComputerSystem 0",
      ]),
    group: () => {
      const at = hostWith({ collectionJobRows: "group" });
      expect(rowsWhileRunning(at)).toEqual(["Msvm_VirtualSystemCollection 0"]);
      const [made] = at.snapshotCollections();
      expect(made && at.rows(at.destroySnapshot(made))).toEqual(["Msvm_VirtualSystemCollection 0"]);
    },
    none: () => expect(rowsWhileRunning(hostWith({ collectionJobRows: "none" }))).toEqual([]),
  },
  snapshotCollectionAppears: {
    atEnd: () =>
      expect(seenOfCollection(hostWith({}))).toEqual([
        [0, 0],
        [1, 3],
      ]),
    atStart: () => {
      const at = () => hostWith({ snapshotCollectionAppears: "atStart" });
      expect(seenOfCollection(at())).toEqual([
        [1, 0],
        [1, 3],
      ]);
      expect(seenOfCollection(at(), { endState: 10 })).toEqual([
        [1, 0],
        [0, 0],
      ]);
    },
  },
  snapshotCreationTime: {
    atEnd: () => expect(creationOf(hostWith({}))).toBe(10),
    atStart: () => expect(creationOf(hostWith({ snapshotCreationTime: "atStart" }))).toBe(0),
  },
  cancelledJob: {
    leavesNothing: () =>
      expect(cancel(hostWith({}))).toEqual([
        [8, 0],
        [8, 0],
      ]),
    leavesSnapshot: () =>
      expect(cancel(hostWith({ cancelledJob: "leavesSnapshot" }))).toEqual([
        [8, 1],
        [8, 1],
      ]),
    continues: () =>
      expect(cancel(hostWith({ cancelledJob: "continues" }))).toEqual([
        [4, 0],
        [7, 1],
      ]),
  },
  jobsAtRestart: {
    forgotten: () => expect(restart(hostWith({}))).toEqual({ isKnown: false, snapshots: 0 }),
    forgottenButMade: () =>
      expect(restart(hostWith({ jobsAtRestart: "forgottenButMade" }))).toEqual({ isKnown: false, snapshots: 1 }),
    continued: () => expect(restart(hostWith({ jobsAtRestart: "continued" }))).toEqual({ isKnown: true, snapshots: 1 }),
  },
  exportJobType: {
    "198": () => expect(exportType(hostWith({}))).toBe(198),
    "206": () => expect(exportType(hostWith({ exportJobType: "206" }))).toBe(206),
  },
};
