import { describe, expect, it } from "vitest";
import { AccessDeniedError, type PartialCreateError } from "../../../provider/src/errors";
import { LifecycleInProcess, standardInputs } from "../../support/lifecycle-in-process";

const inputs = { name: "all", members: ["web-01", "db-01"], __provider: "text" };

const groupsOn = ({ host }: LifecycleInProcess) =>
  host.tree().groups.map(({ name, machines }) => [name, machines.map((machine) => machine.name).sort()]);

const calls = (at: LifecycleInProcess) =>
  at.requests.flatMap(({ methodName }) => methodName ?? []).filter((name) => /Collection$|Member$/.test(name));

describe("a VM group", () => {
  it("is created with its members, read, unchanged by an update without changes, and destroyed", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.run(at.groups.create(inputs));
    expect(groupsOn(at)).toContainEqual(["all", ["db-01", "web-01"]]);
    expect(outs).toEqual({
      ...inputs,
      collectionId: id,
      collectionPath: `\\\\HV-TEST\\root\\virtualization\\v2:Msvm_VirtualSystemCollection.CollectionID="${id}"`,
      machines: [
        { vmId: expect.any(String), vmName: "db-01" },
        { vmId: expect.any(String), vmName: "web-01" },
      ],
      hostName: "HV-TEST",
    });
    expect(await at.run(at.groups.diff(id, outs, inputs))).toEqual({ changes: false });
    expect(await at.run(at.groups.read(id, outs))).toEqual({ id, props: outs, inputs });
    await at.run(at.groups.delete(id, outs));
    expect(groupsOn(at)).toEqual([["web-tier", ["db-01", "web-01", "web-02"]]]);
    expect(await at.run(at.groups.read(id, outs))).toEqual({});
    await at.run(at.groups.delete(id, outs));
  });

  it("is renamed and gets other members in place, with only the calls that are needed", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.run(at.groups.create(inputs));
    const [machine] = at.host.query("SELECT * FROM Msvm_ComputerSystem WHERE ElementName = 'db-01'");
    const news = { ...inputs, name: "some", members: [String(machine?.string("Name")).toLowerCase(), "web-02"] };
    expect(await at.run(at.groups.diff(id, outs, news))).toEqual({ changes: true });
    at.requests.length = 0;
    const updated = await at.run(at.groups.update(id, outs, news));
    expect(calls(at)).toEqual(["RenameCollection", "RemoveMember", "AddMember"]);
    expect(groupsOn(at)).toContainEqual(["some", ["db-01", "web-02"]]);
    expect(await at.run(at.groups.diff(id, updated.outs, news))).toEqual({ changes: false });
  });

  it("that was changed by hand shows the drift in a refresh, and the next up corrects it", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.run(at.groups.create(inputs));
    const path = (wql: string) => at.host.query(wql)[0]?.path ?? null;
    const Collection = path("SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = 'all'");
    const service = "Msvm_CollectionManagementService";
    at.elsewhere(service, "RenameCollection", { Collection, NewName: "mine" });
    at.elsewhere(service, "RemoveMember", {
      Collection,
      Member: path("SELECT * FROM Msvm_ComputerSystem WHERE ElementName = 'web-01'"),
    });
    at.elsewhere(service, "AddMember", {
      Collection,
      Member: path("SELECT * FROM Msvm_ComputerSystem WHERE ElementName = 'other'"),
    });
    const read = await at.run(at.groups.read(id, outs));
    expect(read.inputs).toEqual({ ...inputs, name: "mine", members: ["db-01", "other"] });
    expect(await at.run(at.groups.diff(id, read.props ?? {}, inputs))).toEqual({ changes: true });
    await at.run(at.groups.update(id, read.props ?? {}, inputs));
    expect(groupsOn(at)).toContainEqual(["all", ["db-01", "web-01"]]);
  });

  it("isn't created if a member doesn't exist, and reports every wrong input in check", async () => {
    const at = new LifecycleInProcess();
    const error = await at.failure(at.groups.create({ ...inputs, members: ["web-01", "web-99"] }));
    expect(error.message).toContain('Finding the machine "web-99" on HV-TEST failed');
    expect(groupsOn(at)).toHaveLength(1);
    const { failures } = await at.run(at.groups.check({}, { members: ["a", "A"], forceDestroy: "yes", membres: [] }));
    expect(failures.map(({ property }) => property).sort()).toEqual(["forceDestroy", "members", "membres", "name"]);
  });

  it("is kept if AddMember fails, and the next up adds the members", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "AddMember", returnValue: 32768 });
    const partial = await at.failure<PartialCreateError>(at.groups.create(inputs));
    expect(partial.message).toContain("The group exists, and not all of its members are in it");
    await at.run(at.groups.update(partial.id, partial.properties as typeof inputs, inputs));
    expect(groupsOn(at)).toContainEqual(["all", ["db-01", "web-01"]]);
    expect(at.host.methodCalls["DefineCollection"]).toBe(1);
  });

  it("is found by its id if the connection is lost after DefineCollection", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "DefineCollection", connection: "lostAfter" });
    await at.run(at.groups.create(inputs));
    expect(at.host.methodCalls["DefineCollection"]).toBe(1);
    expect(groupsOn(at)).toHaveLength(2);
  });

  it("with snapshots is destroyed only with forceDestroy, and the snapshots stay", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.run(at.groups.create(inputs));
    await at.create({ ...standardInputs, collection: "all" });
    expect(await at.failure(at.groups.delete(id, outs))).toMatchObject({ code: "GROUP_HAS_SNAPSHOTS" });
    const forced = await at.run(at.groups.update(id, outs, { ...inputs, forceDestroy: true } as typeof inputs));
    await at.run(at.groups.delete(id, forced.outs));
    expect(groupsOn(at)).toHaveLength(1);
    expect(at.host.query("SELECT * FROM Msvm_SnapshotCollection")).toHaveLength(1);
  });

  it.each([
    ["read", 1],
    ["read", 2],
    ["read", 3],
    ["delete", 1],
    ["delete", 2],
    ["delete", 3],
  ] as const)("counts as there for a %s whose first requests (%i) can't see it", async (method, hidden) => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.run(at.groups.create(inputs));
    at.host.setOption("rights", "allHidden");
    const from = at.requests.length;
    at.beforeRequest = () => at.requests.length > from + hidden && at.host.setOption("rights", "full");
    const call: Promise<unknown> = at.groups[method](id, outs);
    const answer = await at.run(call).catch((error: unknown) => error);
    const isRight =
      method === "read" ? (answer as typeof outs)["id"] === id : at.host.methodCalls["DestroyCollection"] === 1;
    expect(isRight || AccessDeniedError.isInstance(answer)).toBe(true);
  });

  it("that can't be seen isn't treated as deleted", async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.run(at.groups.create(inputs));
    at.host.setOption("rights", "allHidden");
    expect(AccessDeniedError.isInstance(await at.failure(at.groups.read(id, outs)))).toBe(true);
    expect(AccessDeniedError.isInstance(await at.failure(at.groups.delete(id, outs)))).toBe(true);
  });
});
