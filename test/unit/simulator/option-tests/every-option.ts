import { expect } from "vitest";
import { CimInstancePath } from "../../../../provider/src/cim/cim-instance-path";
import { NotFoundError } from "../../../../provider/src/errors";
import { HostAtHand, jobOf } from "../../../support/simulated-hosts";
import { accessOptions } from "./access";
import { groupOptions } from "./groups";
import { groupOf, hostWith, type OptionTests } from "./host-with-options";
import { jobOptions } from "./jobs";
import { memberOptions } from "./members";
import { settingsOptions } from "./settings";

const missingGroup = CimInstancePath.parse(
  'Msvm_VirtualSystemCollection.CollectionID="00000000-0000-0000-0000-000000000000"',
);

const savedStates = (at: HostAtHand) => at.members(at.takeSnapshot()).map((snapshot) => snapshot.boolean("IsSaved"));

/** Takes two snapshots and destroys the first. */
function destroyFirstOfTwo(at: HostAtHand): { readonly first: CimInstancePath; readonly second: CimInstancePath } {
  const first = at.takeSnapshot();
  const second = at.takeSnapshot();
  at.destroySnapshot(first);
  at.clock.pass(4);
  return { first, second };
}

/** What the host itself does with each value of each option. */
export const hostOptionTests: OptionTests = {
  ...accessOptions,
  ...memberOptions,
  ...jobOptions,
  ...settingsOptions,
  ...groupOptions,
  collectionIdForm: {
    upperCase: () =>
      expect(idsOf(hostWith({}))).toEqual([
        expect.stringMatching(/^[0-9A-F-]{36}$/),
        expect.stringMatching(/^[0-9A-F-]{36}$/),
      ]),
    lowerCase: () =>
      expect(idsOf(seededWith("lowerCase"))).toEqual([
        expect.stringMatching(/^[0-9a-f-]{36}$/),
        expect.stringMatching(/^[0-9a-f-]{36}$/),
      ]),
    braced: () =>
      expect(idsOf(seededWith("braced"))).toEqual([
        expect.stringMatching(/^\{[0-9A-F-]{36}\}$/),
        expect.stringMatching(/^\{[0-9A-F-]{36}\}$/),
      ]),
  },
  missingReference: {
    refuse32773: () => expect(hostWith({}).createSnapshot({ Collection: missingGroup }).returnValue).toBe(32773),
    refuse4: () =>
      expect(hostWith({ missingReference: "refuse4" }).createSnapshot({ Collection: missingGroup }).returnValue).toBe(
        4,
      ),
    notFound: () => {
      const at = hostWith({ missingReference: "notFound" });
      expect(() => at.createSnapshot({ Collection: missingGroup })).toThrow(NotFoundError);
    },
  },
  badSettings: {
    refuse32773: () => expect(hostWith({}).createSnapshot({ SnapshotSettings: "nonsense" }).returnValue).toBe(32773),
    refuse32768: () =>
      expect(
        hostWith({ badSettings: "refuse32768" }).createSnapshot({ SnapshotSettings: "nonsense" }).returnValue,
      ).toBe(32768),
  },
  membersOff: {
    refuse32770: () => {
      const at = groupOf({ state: "off" }, { membersOff: "refuse32770" });
      expect(at.createSnapshot()).toEqual({
        returnValue: 32770,
        outParameters: { Job: null, ResultingSnapshotCollection: null },
      });
      expect(at.host.query("SELECT * FROM Msvm_ConcreteJob")).toEqual([]);
    },
    accept: () => expect(groupOf({ state: "off" }, { membersOff: "accept" }).createSnapshot().returnValue).toBe(4096),
  },
  membersSavedOrPaused: {
    accept: () => {
      expect(groupOf({ state: "saved" }, { membersSavedOrPaused: "accept" }).createSnapshot().returnValue).toBe(4096);
      expect(groupOf({ state: "paused" }, { membersSavedOrPaused: "accept" }).createSnapshot().returnValue).toBe(4096);
    },
    refuse32775: () => {
      expect(groupOf({ state: "saved" }, { membersSavedOrPaused: "refuse32775" }).createSnapshot().returnValue).toBe(
        32775,
      );
      expect(groupOf({ state: "paused" }, { membersSavedOrPaused: "refuse32775" }).createSnapshot().returnValue).toBe(
        32775,
      );
    },
  },
  membersBusy: {
    accept: () => {
      const at = hostWith({ membersBusy: "accept" });
      expect([at.createSnapshot().returnValue, at.createSnapshot().returnValue]).toEqual([4096, 4096]);
    },
    refuse32775: () => {
      const at = hostWith({});
      expect([at.createSnapshot().returnValue, at.createSnapshot().returnValue]).toEqual([4096, 32775]);
      at.clock.pass(10);
      expect(at.createSnapshot().returnValue).toBe(4096);
    },
  },
  emptyGroup: {
    refuse32775: () =>
      expect(new HostAtHand({ groups: [{ name: "web-tier", members: [] }] }).createSnapshot().returnValue).toBe(32775),
    accept: () => {
      const at = new HostAtHand({ groups: [{ name: "web-tier", members: [] }], options: { emptyGroup: "accept" } });
      expect(at.members(at.takeSnapshot())).toEqual([]);
    },
  },
  completion: {
    job: () => {
      const at = hostWith({});
      const result = at.createSnapshot();
      expect(result.returnValue).toBe(4096);
      expect(at.job(result).className).toBe("Msvm_ConcreteJob");
      expect(at.snapshotCollections()).toEqual([]);
    },
    atOnce: () => {
      const at = hostWith({ completion: "atOnce" });
      const { returnValue, outParameters } = at.createSnapshot();
      expect([returnValue, outParameters["Job"]]).toEqual([0, null]);
      expect(at.snapshotCollections()).toEqual([outParameters["ResultingSnapshotCollection"]]);
      expect(at.destroySnapshot(at.snapshotCollections()[0] as CimInstancePath)).toEqual({
        returnValue: 0,
        outParameters: { Job: null },
      });
      expect(at.snapshotCollections()).toEqual([]);
    },
  },
  resultReferenceOnJob: {
    null: () => expect(hostWith({}).createSnapshot().outParameters["ResultingSnapshotCollection"]).toBeNull(),
    given: () => {
      const at = hostWith({ resultReferenceOnJob: "given" });
      const path = at.createSnapshot().outParameters["ResultingSnapshotCollection"] as CimInstancePath;
      expect(() => at.host.get(path)).toThrow(NotFoundError);
      at.clock.pass(10);
      expect(at.host.get(path).className).toBe("Msvm_SnapshotCollection");
    },
  },
  resultReferenceAtOnce: {
    given: () => {
      const at = hostWith({ completion: "atOnce" });
      expect(
        at.host.get(at.createSnapshot().outParameters["ResultingSnapshotCollection"] as CimInstancePath).className,
      ).toBe("Msvm_SnapshotCollection");
    },
    null: () => {
      const at = hostWith({ completion: "atOnce", resultReferenceAtOnce: "null" });
      expect(at.createSnapshot().outParameters["ResultingSnapshotCollection"]).toBeNull();
      expect(at.snapshotCollections()).toHaveLength(1);
    },
  },
  jobResultRow: {
    collection: () => expect(resultRows(hostWith({}))).toEqual(["Msvm_SnapshotCollection 5"]),
    memberSnapshots: () => {
      const row = "Msvm_VirtualSystemSettingData 5";
      expect(resultRows(hostWith({ jobResultRow: "memberSnapshots" }))).toEqual([row, row, row]);
    },
    none: () => expect(resultRows(hostWith({ jobResultRow: "none" }))).toEqual([]),
  },
  destroyJobType: {
    "199": () => expect(destroyJobType(hostWith({}))).toBe(199),
    "72": () => expect(destroyJobType(hostWith({ destroyJobType: "72" }))).toBe(72),
  },
  savedState: {
    never: () => expect(savedStates(groupOf({ userSnapshotType: "Test" }, { savedState: "never" }))).toEqual([false]),
    standardCheckpoints: () => {
      const options = { savedState: "standardCheckpoints" } as const;
      expect(savedStates(groupOf({ userSnapshotType: "Test" }, options))).toEqual([true]);
      expect(savedStates(groupOf({ userSnapshotType: "ProductionNoFallback" }, options))).toEqual([false]);
    },
  },
  snapshotCollectionName: {
    null: () => {
      const at = hostWith({});
      expect(at.host.get(at.takeSnapshot()).string("ElementName")).toBeNull();
    },
    group: () => {
      const at = hostWith({ snapshotCollectionName: "group" });
      expect(at.host.get(at.takeSnapshot()).string("ElementName")).toBe("web-tier");
    },
  },
  dependents: {
    kept: () => {
      const at = hostWith({});
      const { second } = destroyFirstOfTwo(at);
      expect(at.snapshotCollections()).toEqual([second]);
      expect(at.members(second).map((snapshot) => snapshot.string("Parent"))).toEqual([null, null, null]);
    },
    removed: () => {
      const at = hostWith({ dependents: "removed" });
      destroyFirstOfTwo(at);
      expect(at.snapshotCollections()).toEqual([]);
      expect(at.host.tree().groups[0]?.machines.flatMap(({ snapshots }) => snapshots)).toEqual([]);
    },
  },
};

function seededWith(collectionIdForm: "lowerCase" | "braced"): HostAtHand {
  const machines = [{ name: "web-01" }];
  return new HostAtHand({
    machines,
    groups: [{ name: "web-tier", members: ["web-01"] }],
    options: { collectionIdForm },
  });
}

const idsOf = (at: HostAtHand) => [at.group().key("CollectionID"), at.takeSnapshot().key("CollectionID")];

function resultRows(at: HostAtHand): readonly string[] {
  const result = at.createSnapshot();
  at.clock.pass(10);
  return at.rows(result).filter((row) => row.endsWith("5"));
}

function destroyJobType(at: HostAtHand): number | null {
  return at.host.get(jobOf(at.destroySnapshot(at.takeSnapshot()))).number("JobType");
}
