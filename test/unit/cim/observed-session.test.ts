import { describe, expect, it } from "vitest";
import { CimInstancePath } from "../../../provider/src/cim/cim-instance-path";
import { observedSession } from "../../../provider/src/cim/observed-session";
import { SimulatedHost } from "../../../provider/src/simulator/index";
import { simulatedSession } from "../../../provider/src/transports/simulated/simulated-session";
import { FakeClock } from "../../support/fake-clock";
import { LifecycleInProcess } from "../../support/lifecycle-in-process";
import { webTierSeed } from "../../support/simulated-hosts";

function observed(options: { readonly delaySeconds?: number } = {}) {
  const clock = new FakeClock();
  const host = SimulatedHost.inMemory({ seed: webTierSeed, clock: () => clock.now() });
  if (options.delaySeconds) host.injectFault({ verb: "query", delaySeconds: options.delaySeconds });
  const lines: string[] = [];
  const opened = simulatedSession(host, (ms, signal) => clock.sleep(ms, signal));
  const session = observedSession(opened, { observe: (line) => lines.push(line), now: () => clock.now() });
  return { clock, host, lines, session };
}

const byName = (name: string) => `SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = '${name}'`;

describe("an observed session", () => {
  it("reports each request in one line, with its duration", async () => {
    const { clock, lines, session } = observed({ delaySeconds: 2 });
    const [group] = await clock.run(session.query(byName("web-tier")));
    await session.get(group!.path);
    await session.associators(group!.path, { associationClass: "Msvm_CollectedVirtualSystems" });
    await session.references(group!.path, { associationClass: "Msvm_CollectedVirtualSystems" });
    const [service] = await session.query("SELECT * FROM Msvm_CollectionSnapshotService");
    await session.invokeMethod(service!.path, "CreateSnapshot", {
      Collection: group!.path,
      SnapshotSettings: "secret",
    });
    const id = group!.string("CollectionID");
    expect(lines).toEqual([
      "HV-TEST: query SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = '…': 1 instance, 2000 ms",
      `HV-TEST: get Msvm_VirtualSystemCollection.CollectionID="${id}": found, 0 ms`,
      `HV-TEST: associators of Msvm_VirtualSystemCollection.CollectionID="${id}" by Msvm_CollectedVirtualSystems (any class): 3 instances, 0 ms`,
      `HV-TEST: references of Msvm_VirtualSystemCollection.CollectionID="${id}" by Msvm_CollectedVirtualSystems: 3 instances, 0 ms`,
      "HV-TEST: query SELECT * FROM Msvm_CollectionSnapshotService: 1 instance, 0 ms",
      expect.stringMatching(
        /^HV-TEST: invoke CreateSnapshot\(Collection, SnapshotSettings\) on Msvm_CollectionSnapshotService: returned \d+, 0 ms$/,
      ),
    ]);
  });

  it("reports a failure by its code and number, without the host's text", async () => {
    const { lines, session } = observed();
    const missing = CimInstancePath.parse('Msvm_SnapshotCollection.CollectionID="x"');
    await expect(session.get(missing)).rejects.toMatchObject({ code: "CIM_NOT_FOUND" });
    expect(lines).toEqual(['HV-TEST: get Msvm_SnapshotCollection.CollectionID="…": CIM_NOT_FOUND 0x80041002, 0 ms']);
  });

  it.each(["it's", 'a "quoted" name', "back\\slash", "line\nbreak", "''", "web-tier"])(
    "hides the name %j",
    async (name) => {
      const { lines, session } = observed();
      await session.query(byName(name.replaceAll(/['\\]/g, "\\$&")));
      expect(lines).toEqual([expect.stringMatching(/ WHERE ElementName = '…': \d instances?, 0 ms$/)]);
    },
  );
});

describe("the engine's debug log", () => {
  it("has a line for each host request of an up, and no value of an input", async () => {
    const at = new LifecycleInProcess();
    await at.create();
    const debug = at.messages.filter(({ severity }) => severity === "debug").map(({ text }) => text);
    expect(debug).toHaveLength(at.requests.length);
    expect(debug.join("\n")).toContain("invoke CreateSnapshot(");
    expect(debug.join("\n")).not.toContain("web-tier");
  });
});
