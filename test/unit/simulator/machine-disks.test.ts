import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Seed, SimulatedHost } from "../../../provider/src/simulator/index";
import { messageOf } from "../../support/message-of";
import { HostAtHand, webTierSeed } from "../../support/simulated-hosts";
import { temporaryFolder } from "../../support/temporary-folder";

const seed: Seed = {
  ...webTierSeed,
  machines: [
    { name: "web-01", applicationVersion: "1.4.0" },
    { name: "web-02", applicationVersion: "1.4.0" },
    { name: "db-01", applicationVersion: "9.6" },
    { name: "other" },
  ],
};

const versions = (host: SimulatedHost) =>
  host.tree().groups[0]?.machines.map(({ applicationVersion }) => applicationVersion);

describe("the disk of a simulated machine", () => {
  it("returns to the content of the group's snapshot on all machines at once, and the snapshot keeps its content", () => {
    const at = new HostAtHand(seed);
    const before = at.takeSnapshot();
    for (const machine of ["web-01", "web-02", "db-01"]) at.host.upgradeMachine(machine, "broken");
    at.clock.pass(5);
    at.takeSnapshot();
    expect(versions(at.host)).toEqual(["broken", "broken", "broken"]);
    at.call("Msvm_CollectionSnapshotService", "ApplySnapshot", { SnapshotCollection: before });
    expect(versions(at.host), "nothing moves before the job ends").toEqual(["broken", "broken", "broken"]);
    at.clock.pass(10);
    expect(versions(at.host)).toEqual(["1.4.0", "1.4.0", "9.6"]);
    const [first] = at.host.tree().groups[0]?.machines ?? [];
    expect(first?.snapshots.map(({ applicationVersion }) => applicationVersion)).toEqual(["1.4.0", "broken"]);
    expect(first?.state).toBe("off");
    at.host.startMachine("web-01");
    expect(at.host.tree().groups[0]?.machines[0]?.state).toBe("running");
  });

  it("is upgraded for every process that has the host open, and outlives these processes", () => {
    const storeFile = join(temporaryFolder(), "host.jsonl");
    const one = SimulatedHost.open({ storeFile, seed });
    const another = SimulatedHost.open({ storeFile });
    one.upgradeMachine("web-02", "1.5.0");
    expect(versions(another)).toEqual(["1.4.0", "1.5.0", "9.6"]);
    expect(versions(SimulatedHost.open({ storeFile }))).toEqual(["1.4.0", "1.5.0", "9.6"]);
  });

  it("is found only by the machine's name or GUID", () => {
    const { host } = new HostAtHand({
      ...seed,
      machines: [...(seed.machines ?? []), { name: "twin" }, { name: "twin" }],
    });
    const [machine] = host.tree().otherMachines;
    host.upgradeMachine(machine?.id.toLowerCase() ?? "", "1");
    expect(host.tree().otherMachines[0]?.applicationVersion).toBe("1");
    expect(messageOf(() => host.upgradeMachine("HV-TEST", "1"))).toContain("it has no such machine");
    expect(messageOf(() => host.startMachine("web-03"))).toContain("Its machines are: web-01, web-02");
    expect(messageOf(() => host.startMachine("twin"))).toContain("2 machines are called so");
  });
});
