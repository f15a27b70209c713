import { expect } from "vitest";
import type { HostAtHand } from "../../../support/simulated-hosts";
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

/** What groups let happen. */
export const groupOptions: Pick<OptionTests, "membershipAsItIs" | "destroyGroupWithSnapshots"> = {
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
