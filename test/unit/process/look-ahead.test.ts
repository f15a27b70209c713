import { describe, expect, it } from "vitest";
import { LifecycleInProcess, standardInputs } from "../../support/lifecycle-in-process";

const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

describe("a preview", () => {
  it("only warns of a group that doesn't exist, since the update may create it first", async () => {
    const at = new LifecycleInProcess();
    const { failures } = await at.run(at.lifecycle.check({}, { ...standardInputs, collection: "web-teir" }));
    expect(failures).toEqual([]);
    expect(at.warnings).toEqual([expect.stringContaining('the VM group "web-teir"')]);
  });

  it("warns of a machine that doesn't exist", async () => {
    const at = new LifecycleInProcess();
    await at.run(at.groups.check({}, { name: "all", members: ["web-99"] }));
    expect(at.warnings).toEqual([expect.stringContaining('the machine "web-99"')]);
  });

  it("warns if the host can't be reached", async () => {
    const at = new LifecycleInProcess();
    at.host.restart({ downSeconds: 60 });
    const { failures } = await at.run(at.lifecycle.check({}, standardInputs));
    expect(failures).toEqual([]);
    expect(at.warnings).toHaveLength(1);
  });

  it.each([
    ["unchanged", standardInputs, standardInputs],
    ["not known yet", {}, { ...standardInputs, collection: unknown }],
  ])("sends no host request for a group that is %s", async (_, olds, news) => {
    const at = new LifecycleInProcess();
    await at.run(at.lifecycle.check(olds, news));
    expect(at.requests).toEqual([]);
  });

  it("says that the old snapshot is deleted first, and warns of members in a state in which hosts refuse", async () => {
    const at = new LifecycleInProcess(
      {},
      {
        machines: [{ name: "web-01", state: "off" }],
        groups: [{ name: "web-tier", members: ["web-01"] }],
        options: { membersOff: "accept" },
      },
    );
    const { id, outs } = await at.create();
    at.messages.length = 0;
    await at.run(at.lifecycle.diff(id, outs, { ...standardInputs, triggers: [2] }));
    expect(at.warnings).toEqual([expect.stringMatching(/^web-01 is Off: /)]);
    expect(at.messages.map(({ text }) => text)).toContainEqual(
      expect.stringContaining(
        "deletes the old snapshot before it takes the new one: until then there is no restore point",
      ),
    );
  });

  it("doesn't mention the order if the host keeps dependent snapshots", async () => {
    const at = new LifecycleInProcess({ dependents: "kept" });
    const { id, outs } = await at.create();
    at.messages.length = 0;
    await at.run(at.lifecycle.diff(id, outs, { ...standardInputs, triggers: [2] }));
    expect(at.messages.filter(({ severity }) => severity !== "debug")).toEqual([]);
  });
});
