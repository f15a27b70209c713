import { expect } from "vitest";
import { AccessDeniedError, type CimError, NotFoundError } from "../../../../provider/src/errors";
import type { OptionValue } from "../../../../provider/src/simulator/index";
import type { HostAtHand } from "../../../support/simulated-hosts";
import { jobOf } from "../../../support/simulated-hosts";
import { hostWith, type OptionTests } from "./host-with-options";

const jobs = "SELECT * FROM Msvm_ConcreteJob";
const groups = "SELECT * FROM Msvm_VirtualSystemCollection";

const snapshotNames = (at: HostAtHand) =>
  at.members(at.takeSnapshot()).map((snapshot) => snapshot.string("ElementName"));

/** The numbers with which a query and a method fail while VMMS is stopped. */
function stoppedNumber(stoppedVmms: OptionValue<"stoppedVmms">): readonly unknown[] {
  const at = hostWith({ stoppedVmms });
  const [group, service] = [at.group(), at.service];
  at.host.stopVmms();
  const number = (ask: () => unknown) => {
    try {
      return ask();
    } catch (error) {
      return (error as CimError).hresult;
    }
  };
  return [
    number(() => at.host.query(groups)),
    number(() => at.host.invokeMethod(service, "CreateSnapshot", { Collection: group })),
  ];
}

/** What is shown to whom, and in which language. */
export const accessOptions: Pick<OptionTests, "rights" | "language" | "stoppedVmms"> = {
  stoppedVmms: {
    empty: () => {
      const at = hostWith({});
      const group = at.group();
      at.host.stopVmms();
      expect([at.host.vmms, at.host.query(groups)]).toEqual(["stopped", []]);
      expect(() => at.host.get(group)).toThrow(NotFoundError);
      at.host.startVmms({ startingSeconds: 5 });
      at.clock.pass(4);
      expect([at.host.vmms, at.host.query(groups)]).toEqual(["starting", []]);
      at.clock.pass(1);
      expect([at.host.vmms, at.host.query(groups).length]).toEqual(["running", 1]);
    },
    notFound: () => expect(stoppedNumber("notFound")).toEqual([0x80041002, 0x80041002]),
    failed: () => expect(stoppedNumber("failed")).toEqual([0x80041001, 0x80041001]),
    providerNotLoaded: () => expect(stoppedNumber("providerNotLoaded")).toEqual([0x80041013, 0x80041013]),
  },
  rights: {
    full: () => {
      const at = hostWith({ rights: "full" });
      at.createSnapshot();
      expect([at.host.query(groups).length, at.host.query(jobs).length]).toEqual([1, 1]);
    },
    allHidden: () => {
      const at = hostWith({});
      const [group, service] = [at.group(), at.service];
      at.host.setOption("rights", "allHidden");
      expect(at.host.query(groups)).toEqual([]);
      expect(at.host.associators(group, { associationClass: "Msvm_CollectedVirtualSystems" })).toEqual([]);
      expect(at.host.references(group, { associationClass: "Msvm_CollectedVirtualSystems" })).toEqual([]);
      expect(() => at.host.get(group)).toThrow(NotFoundError);
      expect(() => at.host.invokeMethod(service, "CreateSnapshot", { Collection: group })).toThrow(NotFoundError);
      expect(at.host.methodCalls).toEqual({});
    },
    denied: () => {
      const at = hostWith({});
      const group = at.group();
      at.host.setOption("rights", "denied");
      expect(() => at.host.query(groups)).toThrow(AccessDeniedError);
      expect(() => at.host.get(group)).toThrow("0x80041003 (WBEM_E_ACCESS_DENIED)");
    },
    jobsHidden: () => {
      const at = hostWith({ rights: "jobsHidden" });
      const result = at.createSnapshot();
      expect(result.returnValue).toBe(4096);
      expect(at.host.query(jobs)).toEqual([]);
      expect(() => at.host.get(jobOf(result))).toThrow(NotFoundError);
      at.clock.pass(10);
      expect(at.rows(result)).toEqual([]);
      expect(at.snapshotCollections()).toHaveLength(1);
    },
  },
  language: {
    English: () => expect(snapshotNames(hostWith({}))).toContain("web-01 - (11/23/2026 - 6:42:10 AM)"),
    German: () => {
      const at = hostWith({ language: "German" });
      at.host.injectFault({ method: "CreateSnapshot", job: { endState: 10, atPercent: 0 } });
      const job = at.job(at.createSnapshot());
      expect(job.string("JobStatus")).toBe("Der Auftrag wurde mit Fehlern abgeschlossen");
      expect(job.string("ErrorDescription")).toContain("Fehlercode: 32768");
      expect(snapshotNames(at)).toContain("web-01 - (23.11.2026 - 06:42:10)");
    },
    Japanese: () => {
      const at = hostWith({ language: "Japanese" });
      expect(at.job(at.createSnapshot()).string("JobStatus")).toBe("ジョブは実行中です");
      at.clock.pass(10);
      const [first] = at.snapshotCollections();
      const names = first && at.members(first).map((snapshot) => snapshot.string("ElementName"));
      expect(names).toContain("web-01 - (2026/11/23 - 06:42:10)");
    },
  },
};
