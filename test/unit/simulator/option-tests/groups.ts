import { expect } from "vitest";
import type { CimValue } from "../../../../provider/src/cim/cim-value";
import { HostAtHand } from "../../../support/simulated-hosts";
import { hostWith, type OptionTests } from "./host-with-options";

const service = "Msvm_CollectionManagementService";

function destroyGroup(at: HostAtHand): readonly number[] {
  at.takeSnapshot();
  const { returnValue } = at.call(service, "DestroyCollection", { Collection: at.group() });
  return [
    returnValue,
    at.host.query("SELECT * FROM Msvm_VirtualSystemCollection").length,
    at.snapshotCollections().length,
  ];
}

function changeNothing(at: HostAtHand): readonly number[] {
  const Collection = at.group();
  return [
    at.call(service, "AddMember", { Collection, Member: at.machine("web-01").path }).returnValue,
    at.call(service, "RemoveMember", { Collection, Member: at.machine("other").path }).returnValue,
  ];
}

/** Makes, renames, fills, empties and destroys a group. @returns What each method returned, and what was left. */
function lifeOfGroup(at: HostAtHand): readonly number[] {
  const groups = () => at.host.query("SELECT * FROM Msvm_VirtualSystemCollection").length;
  const Member = at.machine("other").path;
  const answers: number[] = [];
  const call = (method: string, parameters: Readonly<Record<string, CimValue>>) => {
    answers.push(at.call(service, method, parameters).returnValue);
    at.clock.pass(2);
  };
  call("DefineCollection", { Name: "db-tier", Type: 0 });
  call("RenameCollection", { Collection: at.group("db-tier"), NewName: "data-tier" });
  call("AddMember", { Collection: at.group("data-tier"), Member });
  call("RemoveMember", { Collection: at.group("data-tier"), Member });
  call("DestroyCollection", { Collection: at.group("data-tier") });
  return [...answers, groups()];
}

/** How many rows name members of a group, and to how many machines they lead, after one has moved. */
function membersAfterMoving(at: HostAtHand): readonly number[] {
  at.host.moveMachine("web-01", new HostAtHand({ hostName: "NODE-B" }, at.clock).host);
  const filter = { associationClass: "Msvm_CollectedVirtualSystems" };
  return [at.host.references(at.group(), filter).length, at.host.associators(at.group(), filter).length];
}

function rowsOfDefine(at: HostAtHand): readonly string[] {
  const result = at.call(service, "DefineCollection", { Name: "db-tier", Type: 0 });
  expect(at.rows(result)).toEqual([]);
  at.clock.pass(2);
  return at.rows(result);
}

/** What groups let happen. */
export const groupOptions: Pick<
  OptionTests,
  "membershipAsItIs" | "destroyGroupWithSnapshots" | "groupCompletion" | "groupResultRow" | "membersThatMoved"
> = {
  membersThatMoved: {
    leave: () => expect(membersAfterMoving(hostWith({ membersThatMoved: "leave" }))).toEqual([2, 2]),
    stale: () => expect(membersAfterMoving(hostWith({ membersThatMoved: "stale" }))).toEqual([3, 2]),
  },
  groupCompletion: {
    atOnce: () => expect(lifeOfGroup(hostWith({ groupCompletion: "atOnce" }))).toEqual([0, 0, 0, 0, 0, 1]),
    job: () => {
      expect(lifeOfGroup(hostWith({ groupCompletion: "job" }))).toEqual([4096, 4096, 4096, 4096, 4096, 1]);
      const at = hostWith({ groupCompletion: "job" });
      const result = at.call(service, "AddMember", { Collection: at.group(), Member: at.machine("other").path });
      expect(at.job(result).number("JobType")).toBe(193);
      at.host.injectFault({ method: "DestroyCollection", job: { endState: 10, errorCode: 32775 } });
      const failing = at.call(service, "DestroyCollection", { Collection: at.group() });
      at.clock.pass(2);
      expect([at.job(failing).number("JobState"), at.job(failing).number("ErrorCode")]).toEqual([10, 32775]);
      expect(at.group().className).toBe("Msvm_VirtualSystemCollection");
    },
  },
  groupResultRow: {
    group: () => expect(rowsOfDefine(hostWith({ groupCompletion: "job" }))).toEqual(["Msvm_VirtualSystemCollection 5"]),
    none: () => expect(rowsOfDefine(hostWith({ groupCompletion: "job", groupResultRow: "none" }))).toEqual([]),
  },
  membershipAsItIs: {
    accept: () => expect(changeNothing(hostWith({}))).toEqual([0, 0]),
    refuse32773: () => expect(changeNothing(hostWith({ membershipAsItIs: "refuse32773" }))).toEqual([32773, 32773]),
  },
  destroyGroupWithSnapshots: {
    accept: () => expect(destroyGroup(hostWith({}))).toEqual([0, 0, 1]),
    refuse32775: () =>
      expect(destroyGroup(hostWith({ destroyGroupWithSnapshots: "refuse32775" }))).toEqual([32775, 1, 1]),
  },
};
