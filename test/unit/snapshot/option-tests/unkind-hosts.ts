import { expect } from "vitest";
import { type OptionValue, SimulatedHost } from "../../../../provider/src/simulator/index";
import { standardInputs } from "../../../support/lifecycle-in-process";
import {
  type ClientOptionTests,
  clientAgainst,
  clientOfOne,
  collectionsOn,
  created,
  wholeLife,
} from "./client-against";

const inputs = { name: "db-tier", members: ["db-01"] };

/** Makes a group, changes its name and members, and destroys it. @returns How many groups there were, and are left. */
async function lifeOfGroup(options: Parameters<typeof clientAgainst>[0]): Promise<readonly number[]> {
  const at = clientAgainst(options);
  const count = () => at.host.query("SELECT * FROM Msvm_VirtualSystemCollection").length;
  const { id, outs } = await at.run(at.groups.create(inputs));
  const news = { name: "data-tier", members: ["web-01"] };
  const updated = await at.run(at.groups.update(id, outs, news));
  const there = count();
  expect(at.host.tree().groups.find(({ name }) => name === "data-tier")?.machines).toMatchObject([{ name: "web-01" }]);
  await at.run(at.groups.delete(id, updated.outs));
  return [there, count()];
}

const named = (length: number) => ({ ...standardInputs, snapshotName: "n".repeat(length) });

async function refusedName(longNames: OptionValue<"longNames">): Promise<string> {
  const at = clientAgainst({ longNames });
  expect(await wholeLife(at, named(100))).toEqual([1, 0]);
  return (await at.failure(at.lifecycle.create(named(101)))).message;
}

/** A snapshot is asked for, and a resource read, while VMMS is stopped. @returns The code of each failure. */
async function whileStopped(stoppedVmms: OptionValue<"stoppedVmms">): Promise<string> {
  const at = clientAgainst({ stoppedVmms });
  at.host.stopVmms();
  const error = await at.failure(at.lifecycle.create(standardInputs));
  expect(at.host.methodCalls).toEqual({});
  at.host.startVmms();
  expect(collectionsOn(at)).toBe(0);
  expect(await wholeLife(at)).toEqual([1, 0]);
  return (error as Error & { code: string }).code;
}

/** What unkind hosts do: jobs where most answer at once, refusals of names and machines, a service that is stopped. */
export const unkindHostOptions: Pick<
  ClientOptionTests,
  | "groupCompletion"
  | "groupResultRow"
  | "settingsCompletion"
  | "longNames"
  | "stoppedVmms"
  | "checkpointsDisabled"
  | "applyingStatus"
  | "merging"
  | "membersThatMoved"
  | "machineSnapshotNaming"
> = {
  // the client takes no snapshot of a single machine
  machineSnapshotNaming: {
    ignored: async () => expect(await wholeLife(clientAgainst({ machineSnapshotNaming: "ignored" }))).toEqual([1, 0]),
    named: async () => expect(await wholeLife(clientAgainst({ machineSnapshotNaming: "named" }))).toEqual([1, 0]),
    refuse32773: async () =>
      expect(await wholeLife(clientAgainst({ machineSnapshotNaming: "refuse32773" }))).toEqual([1, 0]),
  },
  membersThatMoved: {
    leave: async () => expect(await snapshotAfterMoving("leave")).toBe(2),
    stale: async () => expect(await snapshotAfterMoving("stale")).toBe(2),
  },
  groupCompletion: {
    atOnce: async () => expect(await lifeOfGroup({ groupCompletion: "atOnce" })).toEqual([2, 1]),
    job: async () => expect(await lifeOfGroup({ groupCompletion: "job" })).toEqual([2, 1]),
  },
  groupResultRow: {
    group: async () => expect(await lifeOfGroup({ groupCompletion: "job", groupResultRow: "group" })).toEqual([2, 1]),
    none: async () => expect(await lifeOfGroup({ groupCompletion: "job", groupResultRow: "none" })).toEqual([2, 1]),
  },
  settingsCompletion: {
    atOnce: async () =>
      expect(await wholeLife(clientAgainst({ settingsCompletion: "atOnce" }), named(5))).toEqual([1, 0]),
    job: async () => expect(await wholeLife(clientAgainst({ settingsCompletion: "job" }), named(5))).toEqual([1, 0]),
  },
  longNames: {
    accept: async () => {
      const at = clientAgainst({ longNames: "accept" });
      expect(await wholeLife(at, named(300))).toEqual([1, 0]);
      expect(at.warnings).toEqual(["The name has 300 characters: hosts were seen to refuse names of more than 100"]);
    },
    refuse32773: async () =>
      expect(await refusedName("refuse32773")).toMatch(/32773.*The name has 101 characters.*at most 100/s),
    refuse32768: async () =>
      expect(await refusedName("refuse32768")).toMatch(/32768.*The name has 101 characters.*at most 100/s),
  },
  stoppedVmms: {
    empty: async () => expect(await whileStopped("empty")).toBe("VMMS_NOT_RUNNING"),
    notFound: async () => expect(await whileStopped("notFound")).toBe("VMMS_NOT_RUNNING"),
    failed: async () => expect(await whileStopped("failed")).toBe("VMMS_NOT_RUNNING"),
    providerNotLoaded: async () => expect(await whileStopped("providerNotLoaded")).toBe("VMMS_NOT_RUNNING"),
  },
  checkpointsDisabled: {
    refuse32775: async () => {
      const at = clientOfOne({ userSnapshotType: "Disable" }, { checkpointsDisabled: "refuse32775" });
      expect(await at.failure(at.lifecycle.create(standardInputs))).toMatchObject({
        code: "METHOD_VENDOR_INVALID_STATE",
      });
    },
    jobError32768: async () => {
      const at = clientOfOne({ userSnapshotType: "Disable" }, { checkpointsDisabled: "jobError32768" });
      expect(await at.failure(at.lifecycle.create(standardInputs))).toMatchObject({ code: "JOB_FAILED" });
    },
    groupsAccept: async () => {
      const at = clientOfOne({ userSnapshotType: "Disable" }, { checkpointsDisabled: "groupsAccept" });
      expect(await created(at)).toMatchObject({ members: 1, sent: 1 });
    },
  },
  applyingStatus: {
    "32769": async () => expect(await createdBesideRestore("32769")).toBe(3),
    "23769": async () => expect(await createdBesideRestore("23769")).toBe(3),
  },
  merging: {
    ends: async () => expect(await wholeLife(clientAgainst({ merging: "ends" }))).toEqual([1, 0]),
    neverBegins: async () => {
      const at = clientAgainst({ merging: "neverBegins" });
      const { id, outs } = await at.create({ ...standardInputs, waitForMerge: true });
      await at.run(at.lifecycle.delete(id, outs));
      expect(collectionsOn(at)).toBe(0);
      expect(at.messages.map(({ text }) => text).join()).toContain(
        "no merge was seen within 5 s: the disks have merged already, or the merge failed",
      );
    },
    neverEnds: async () => {
      const at = clientAgainst({ merging: "neverEnds" });
      expect(await wholeLife(at)).toEqual([1, 0]);
      const waiting = clientAgainst({ merging: "neverEnds" });
      const { id, outs } = await waiting.create({ ...standardInputs, waitForMerge: true });
      const error = await waiting.failure(waiting.lifecycle.delete(id, outs));
      expect(error).toMatchObject({ code: "MERGE_TIMEOUT", effect: "partial" });
      expect(error.message).toContain("until it ends the chain of disks is there");
    },
  },
};

/** A machine of the group moves to another node. @returns How many machines the next snapshot has. */
async function snapshotAfterMoving(membersThatMoved: OptionValue<"membersThatMoved">): Promise<number> {
  const at = clientAgainst({ membersThatMoved });
  at.host.moveMachine("web-01", SimulatedHost.inMemory({ seed: { hostName: "NODE-B" } }));
  return (await created(at)).members;
}

/** A person restores a snapshot while ours is asked for: it is waited for. @returns How many members ours has. */
async function createdBesideRestore(applyingStatus: OptionValue<"applyingStatus">): Promise<number> {
  const at = clientAgainst({ applyingStatus, membersOff: "accept" });
  await at.create();
  const [collection] = at.host.query("SELECT * FROM Msvm_SnapshotCollection");
  at.elsewhere("Msvm_CollectionSnapshotService", "ApplySnapshot", { SnapshotCollection: collection?.path ?? null });
  const { outs } = await at.create();
  return (outs["members"] as readonly unknown[]).length;
}
