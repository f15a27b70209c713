import { describe, expect, it } from "vitest";
import { CimInstancePath } from "../../../provider/src/cim/cim-instance-path";
import type { CimSession } from "../../../provider/src/cim/cim-session";
import { observedSession } from "../../../provider/src/cim/observed-session";
import type { HyperVError } from "../../../provider/src/errors";
import { findSnapshotCollection } from "../../../provider/src/hyperv/find-snapshot-collection";
import { machinePath } from "../../../provider/src/hyperv/virtual-system-collection";
import { isDeleted, requireVisibility } from "../../../provider/src/hyperv/visibility";
import { type Seed, SimulatedHost } from "../../../provider/src/simulator/index";
import { simulatedSession } from "../../../provider/src/transports/simulated/simulated-session";
import { webTierSeed } from "../../support/simulated-hosts";

const hostOf = (seed: Seed) => SimulatedHost.inMemory({ seed, clock: () => Date.UTC(2026, 10, 23) });

const emptyNode = (hostName: string, groups: Seed["groups"] = []) =>
  hostOf({ hostName, machines: [{ name: "x" }], groups });

const snapshot = CimInstancePath.parse('Msvm_SnapshotCollection.CollectionID="6B29FC40-CA47-1067-B31D-00DD010662DA"');

/** The group and a machine of a host, as a state has them. */
function knownOn(host: SimulatedHost): readonly CimInstancePath[] {
  const [group] = host.query("SELECT * FROM Msvm_VirtualSystemCollection");
  const [machine] = host.query("SELECT * FROM Msvm_ComputerSystem WHERE ElementName = 'web-01'");
  const place = { host: host.hostName, namespace: host.namespace };
  return [group!.path.within(place), machinePath(machine!.string("Name") ?? "")];
}

const deleted = (session: CimSession, known: readonly CimInstancePath[]) =>
  isDeleted(session, snapshot, "the snapshot collection", known);

const refusal = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable("nothing proves that it is deleted"),
    (error) => error as HyperVError,
  );

describe("on the host that the state names", () => {
  it("the group, or a member machine alone, proves that something is deleted", async () => {
    const host = hostOf(webTierSeed);
    const [group, machine] = knownOn(host);
    await expect(deleted(simulatedSession(host), [group!])).resolves.toBe(true);
    await expect(deleted(simulatedSession(host), [machine!])).resolves.toBe(true);
  });

  it("reads service, group and machines side by side", async () => {
    const host = hostOf(webTierSeed);
    const known = knownOn(host);
    let underWay = 0;
    let most = 0;
    const session = simulatedSession(host);
    const counted = new Proxy(session, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (typeof value !== "function") return value;
        return async (...words: unknown[]) => {
          underWay += 1;
          most = Math.max(most, underWay);
          await new Promise((resolve) => setImmediate(resolve));
          underWay -= 1;
          return value.apply(target, words);
        };
      },
    });
    await requireVisibility(counted, "it", known);
    expect(most).toBe(3);
  });

  it("the short and the qualified name are the same host", async () => {
    const host = hostOf(webTierSeed);
    const known = knownOn(host).map(
      ({ className, keys }) => new CimInstancePath({ className, keys, host: "hv-test.corp.example" }),
    );
    await expect(deleted(simulatedSession(host), [known[1]!])).resolves.toBe(true);
  });
});

describe("on a host of another name", () => {
  it("a machine that moved there proves nothing", async () => {
    const nodeA = hostOf({ ...webTierSeed, hostName: "NODE-A" });
    const nodeB = emptyNode("NODE-B");
    const known = knownOn(nodeA);
    nodeA.moveMachine("web-01", nodeB);
    const error = await refusal(deleted(simulatedSession(nodeB), known));
    expect(error).toMatchObject({ code: "OTHER_HOST", effect: "none" });
    expect(error.message).toContain("NODE-B answers, the state names NODE-A");
    expect(error.message).toContain("formerHostName");
    expect(error.message).not.toContain("state delete");
  });

  it("the group itself proves a deletion, since a shared store shows it on every node", async () => {
    const nodeA = hostOf({ ...webTierSeed, hostName: "NODE-A" });
    const known = knownOn(nodeA);
    const id = String(known[0]?.key("CollectionID"));
    const nodeB = emptyNode("NODE-B", [{ name: "web-tier", id, members: ["x"] }]);
    await expect(deleted(simulatedSession(nodeB), known)).resolves.toBe(true);
  });

  it("a machine proves a deletion if the configuration says that the host was renamed", async () => {
    const host = hostOf({ ...webTierSeed, hostName: "HV-OLD" });
    const [, machine] = knownOn(host);
    const unknownGroup = CimInstancePath.parse(
      '\\\\HV-OLD\\root\\virtualization\\v2:Msvm_VirtualSystemCollection.CollectionID="6B29FC40-CA47-1067-B31D-00DD010662DB"',
    );
    host.rename("HV-NEW");
    const known = [unknownGroup, machine!];
    expect(await refusal(deleted(simulatedSession(host), known))).toMatchObject({ code: "OTHER_HOST" });
    const renamed = observedSession(simulatedSession(host), { formerHostName: "hv-old" });
    await expect(deleted(renamed, known)).resolves.toBe(true);
  });
});

describe("a host that returns no objects", () => {
  it.each(["empty"] as const)("reports a stopped VMMS (%s) and how to start it", async (stoppedVmms) => {
    const host = hostOf(webTierSeed);
    const known = knownOn(host);
    host.setOption("stoppedVmms", stoppedVmms);
    host.stopVmms();
    const error = await refusal(deleted(simulatedSession(host), known));
    expect(error).toMatchObject({ code: "VMMS_NOT_RUNNING", effect: "none" });
    expect(error.message).toContain("Start-Service vmms");
    expect(error.message).not.toContain("state delete");
  });

  it("reports missing rights if VMMS is running", async () => {
    const host = hostOf(webTierSeed);
    const known = knownOn(host);
    host.setOption("rights", "allHidden");
    const error = await refusal(deleted(simulatedSession(host), known));
    expect(error).toMatchObject({ code: "CIM_ACCESS_DENIED", effect: "none" });
    expect(error.message).toContain("Hyper-V Administrators");
    expect(error.message).not.toContain("state delete");
  });

  it("names both causes if the state of VMMS can't be read", async () => {
    const host = hostOf(webTierSeed);
    host.setOption("rights", "allHidden");
    const session: CimSession = Object.create(simulatedSession(host), { managementServiceState: { value: undefined } });
    const error = await refusal(requireVisibility(session, "it"));
    expect(error).toMatchObject({ code: "NOT_VISIBLE", effect: "none" });
    expect(error.message).toMatch(/lacks the rights, or the virtual machine management service \(vmms\) isn't running/);
  });

  it("suggests removing the resource from the state only as the last step", async () => {
    const host = hostOf(webTierSeed);
    const other = hostOf({ ...webTierSeed, groups: [], machines: [{ name: "x" }] });
    const error = await refusal(deleted(simulatedSession(other), knownOn(host)));
    expect(error).toMatchObject({ code: "NOT_VISIBLE" });
    expect(error.parts.remedy).toMatch(/^Run it elevated.*Only if you know .*pulumi state delete/s);
  });
});

describe("a reference that is looked up", () => {
  const relative =
    'root\\virtualization\\v2:Msvm_SnapshotCollection.CollectionID="6B29FC40-CA47-1067-B31D-00DD010662DA"';

  it("refuses the answer of another host that doesn't have the snapshot", async () => {
    const session = simulatedSession(hostOf(webTierSeed));
    const error = await refusal(findSnapshotCollection(session, `\\\\HV-OTHER\\${relative}`));
    expect(error.code).toBe("OTHER_HOST");
    expect(error.message).toContain("HV-OTHER");
  });

  it.each(["HV-TEST", "hv-test.example.com", "."])("finds nothing on its own host, written as %s", async (name) => {
    const session = simulatedSession(hostOf({ ...webTierSeed, hostName: "HV-TEST" }));
    await expect(findSnapshotCollection(session, `\\\\${name}\\${relative}`)).resolves.toBeNull();
  });
});
