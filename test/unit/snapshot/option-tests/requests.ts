import { expect } from "vitest";
import type { LifecycleInProcess } from "../../../support/lifecycle-in-process";
import { standardInputs } from "../../../support/lifecycle-in-process";
import { type ClientOptionTests, clientAgainst, clientOfOne, created, justBefore, wholeLife } from "./client-against";

/** No host has this class's instance as settings of a snapshot. */
const wrongSettings = { ...standardInputs, settings: '<INSTANCE CLASSNAME="Msvm_ComputerSystem"></INSTANCE>' };
const typedSettings = { ...standardInputs, settings: { consistencyLevel: "CrashConsistent" } };
const vendorType = { ...standardInputs, snapshotType: 40_000 };

const refusal = async (at: LifecycleInProcess, inputs = standardInputs) => at.failure(at.lifecycle.create(inputs));

/** Another program removes the group between our finding it and our call. */
async function groupGoesFirst(at: LifecycleInProcess): Promise<Error> {
  justBefore(at, "CreateSnapshot", () => {
    const [group] = at.host.query("SELECT * FROM Msvm_VirtualSystemCollection");
    at.elsewhere("Msvm_CollectionManagementService", "DestroyCollection", { Collection: group?.path ?? null });
  });
  return refusal(at);
}

const notLookedFor = "It isn't known whether a snapshot was taken";
const checkSettings = "No snapshot was taken. Check the inputs snapshotType (";

/** A group of one machine that has as many checkpoints as a machine can have. */
const full = (checkpointLimitRefusal: "refuse32768" | "refuse32770" | "jobError32768") =>
  clientOfOne({ checkpoints: 50 }, { checkpointLimitRefusal });
const fullIsTheReason = "Possible causes: web-01 has 50 checkpoints: a machine can have 50 at most";

/** What a host does with what it is asked for. */
export const requestOptions: Pick<
  ClientOptionTests,
  "missingReference" | "badSettings" | "settings" | "snapshotTypes" | "checkpointLimitRefusal" | "emptyGroup"
> = {
  missingReference: {
    refuse32773: async () => {
      const error = await groupGoesFirst(clientAgainst({ missingReference: "refuse32773" }));
      expect(error).toMatchObject({ code: "METHOD_VENDOR_INVALID_PARAMETER" });
      expect(error.message).toContain(notLookedFor);
    },
    refuse4: async () => {
      const error = await groupGoesFirst(clientAgainst({ missingReference: "refuse4" }));
      expect(error).toMatchObject({ code: "METHOD_INVALID_PARAMETER" });
      expect(error.message).toContain(notLookedFor);
    },
    notFound: async () => {
      const error = await groupGoesFirst(clientAgainst({ missingReference: "notFound" }));
      // 0x80041002 comes from a host whose VMMS is stopping, too: it doesn't prove that nothing was taken
      expect(error).toMatchObject({ code: "PARTIAL_CREATE", cause: { code: "CIM_NOT_FOUND" } });
    },
  },
  badSettings: {
    refuse32773: async () => {
      const error = await refusal(clientAgainst({ badSettings: "refuse32773" }), wrongSettings);
      expect(error).toMatchObject({ code: "METHOD_VENDOR_INVALID_PARAMETER" });
      expect(error.message).toContain(checkSettings);
    },
    refuse32768: async () => {
      const error = await refusal(clientAgainst({ badSettings: "refuse32768" }), wrongSettings);
      expect(error).toMatchObject({ code: "METHOD_VENDOR_FAILED" });
      expect(error.message).toContain("or the host can't read `settings`");
    },
  },
  settings: {
    accept: async () => expect(await wholeLife(clientAgainst({ settings: "accept" }), typedSettings)).toEqual([1, 0]),
    refuse32773: async () => {
      const at = clientAgainst({ settings: "refuse32773" });
      expect((await refusal(at, typedSettings)).message).toContain(checkSettings);
      expect(await wholeLife(at)).toEqual([1, 0]);
    },
  },
  snapshotTypes: {
    oneAndTwo: async () => {
      const at = clientAgainst({ snapshotTypes: "oneAndTwo" });
      expect((await refusal(at, vendorType)).message).toContain(checkSettings);
      expect(await wholeLife(at, { ...standardInputs, snapshotType: "Recovery" })).toEqual([1, 0]);
    },
    vendorToo: async () =>
      expect(await wholeLife(clientAgainst({ snapshotTypes: "vendorToo" }), vendorType)).toEqual([1, 0]),
  },
  checkpointLimitRefusal: {
    refuse32768: async () => {
      const error = await refusal(full("refuse32768"));
      expect(error).toMatchObject({ code: "METHOD_VENDOR_FAILED" });
      expect(error.message).toContain(fullIsTheReason);
    },
    refuse32770: async () => {
      const error = await refusal(full("refuse32770"));
      expect(error).toMatchObject({ code: "METHOD_VENDOR_NOT_SUPPORTED" });
      expect(error.message).toContain(fullIsTheReason);
    },
    jobError32768: async () => {
      const error = await refusal(full("jobError32768"));
      expect(error).toMatchObject({ code: "JOB_FAILED", errorCode: 32768 });
      expect(error.message).toContain(`No snapshot was taken. ${fullIsTheReason}`);
    },
  },
  emptyGroup: {
    refuse32775: async () => {
      const error = await refusal(clientAgainst({ emptyGroup: "refuse32775" }, emptyGroup));
      expect(error).toMatchObject({ code: "METHOD_VENDOR_INVALID_STATE" });
      expect(error.message).toContain("Possible causes: The group has no members");
    },
    accept: async () => {
      const at = clientAgainst({ emptyGroup: "accept" }, emptyGroup);
      expect(await created(at)).toMatchObject({ members: 0, sent: 1 });
      expect(at.warnings).toEqual([expect.stringContaining("The group has no members")]);
      expect(await wholeLife(clientAgainst({ emptyGroup: "accept" }, emptyGroup))).toEqual([1, 0]);
    },
  },
};

const emptyGroup = { groups: [{ name: "web-tier", members: [] }] };
