import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import type { RecoveryRecord } from "../../../provider/src/recovery/record";
import { isResourceFolder, locksFolder, recordFile } from "../../../provider/src/recovery/record-files";
import type { Seed } from "../../../provider/src/simulator/seed";
import { recordsIn } from "../../support/interrupted-run";
import { LifecycleInProcess } from "../../support/lifecycle-in-process";
import { webTierSeed } from "../../support/simulated-hosts";

const urn = "urn:pulumi:test::project::pulumi-nodejs:dynamic/hyperv-snapshots:VirtualSystemCollection::all";
const inputs = { name: "all", members: ["web-01", "db-01"], __provider: "text", __meta: { urn } };

const groupsOn = ({ host }: LifecycleInProcess) => host.tree().groups.filter(({ name }) => name === "all");

/** A run that is killed right after the host has carried out a method. */
async function killedAfter(method: string, options: Seed["options"] = {}): Promise<LifecycleInProcess> {
  const run = new LifecycleInProcess({}, { ...webTierSeed, options });
  run.afterCall = { method, happen: () => run.kill() };
  run.groups.create(inputs).catch(() => {});
  while (!run.isKilled) await run.run(run.clock.sleep(10));
  const next = new LifecycleInProcess({}, webTierSeed, run);
  next.state = [];
  return next;
}

it.each(["DefineCollection", "AddMember"])("an up that was killed after %s makes no second group", async (method) => {
  const next = await killedAfter(method);
  const { id, outs } = await next.run(next.groups.create(inputs));
  expect(next.host.methodCalls["DefineCollection"]).toBe(1);
  expect(groupsOn(next)).toHaveLength(1);
  expect(outs["machines"]).toHaveLength(2);
  await next.run(next.groups.diff(id, outs, inputs));
  expect(await recordsIn(next)).toEqual([]);
});

it.each([
  ["at once", 0],
  ["after the job", 10_000],
])("an up that was killed during the group's job makes no second group, resumed %s", async (_when, pauseMs) => {
  const next = await killedAfter("DefineCollection", { groupCompletion: "job" });
  await next.run(next.clock.sleep(pauseMs));
  const { id, outs } = await next.run(next.groups.create(inputs));
  await next.run(next.clock.sleep(60_000));
  expect(groupsOn(next)).toHaveLength(1);
  expect(outs["machines"]).toHaveLength(2);
  await next.run(next.groups.diff(id, outs, inputs));
  expect(await recordsIn(next)).toEqual([]);
});

it("the next up cleans up the group of an interrupted replacement whose job still runs", async () => {
  const next = await killedAfter("DefineCollection", { groupCompletion: "job" });
  const other = await next.run(next.groups.create({ ...inputs, __meta: { urn: `${urn}-other` } }));
  await next.run(next.groups.update(other.id, { ...other.outs, __meta: { urn } }, inputs));
  await next.run(next.clock.sleep(60_000));
  expect(groupsOn(next)).toHaveLength(1);
});

it("the next up cleans up an interrupted replacement", async () => {
  const next = await killedAfter("DefineCollection");
  const other = await next.run(next.groups.create({ ...inputs, __meta: { urn: `${urn}-other` } }));
  const state = { ...other.outs, __meta: { urn } };
  expect(await next.run(next.groups.diff(other.id, state, inputs))).toEqual({ changes: true });
  await next.run(next.groups.update(other.id, state, inputs));
  const left = next.host.query("SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = 'all'");
  expect(left.map((group) => group.string("CollectionID"))).toEqual([other.id]);
});

it.each([
  ["DefineCollection", 0x80041001],
  ["AddMember", 0x80041004],
] as const)("a %s that took effect and failed with 0x%s is found, and not sent again", async (method, hresult) => {
  const at = new LifecycleInProcess();
  at.host.injectFault({ method, hresult, takesEffect: true });
  const { outs } = await at.run(at.groups.create(inputs));
  expect(outs["machines"]).toHaveLength(2);
  expect(at.host.methodCalls["DefineCollection"]).toBe(1);
  expect(groupsOn(at)).toHaveLength(1);
});

it("a malformed response to DefineCollection proves no refusal: the group is found", async () => {
  const at = new LifecycleInProcess();
  const invoke = at.host.invokeMethod.bind(at.host);
  at.host.invokeMethod = (...request) => {
    const answer = invoke(...request);
    if (request[1] === "DefineCollection") throw new TypeError("unexpected form");
    return answer;
  };
  const { outs } = await at.run(at.groups.create(inputs));
  expect(outs["machines"]).toHaveLength(2);
});

it("a DestroyCollection that took effect and failed counts as a deletion", async () => {
  const at = new LifecycleInProcess();
  const { id, outs } = await at.run(at.groups.create(inputs));
  at.host.injectFault({ method: "DestroyCollection", hresult: 0x80041001, takesEffect: true });
  await at.run(at.groups.delete(id, outs));
  expect(groupsOn(at)).toEqual([]);
});

it("makes the group again after a destroy that was killed before Pulumi saved it", async () => {
  const at = new LifecycleInProcess();
  const { id: earlier, outs } = await at.run(at.groups.create(inputs));
  // the engine was killed before it could save the delete
  await at.run(at.groups.delete(earlier, outs));
  const next = new LifecycleInProcess({}, webTierSeed, at);
  expect(await next.run(next.groups.diff(earlier, outs, inputs))).toMatchObject({ replaces: ["name"] });
  const made = await next.run(next.groups.create(inputs));
  await next.run(next.groups.delete(earlier, outs));
  expect(groupsOn(next).map(({ id }) => id)).toEqual([made.outs["collectionId"]]);
});

it("waits for the end of an interrupted destroy, then replaces the group", async () => {
  const at = new LifecycleInProcess();
  const { id, outs } = await at.run(at.groups.create(inputs));
  at.host.injectFault({ method: "DestroyCollection", job: { seconds: 10 } });
  at.groups.delete(id, outs).catch(() => {});
  await at.run(at.clock.sleep(3000));
  at.kill();
  const next = new LifecycleInProcess({}, webTierSeed, at);
  expect(groupsOn(next)).toHaveLength(1);
  expect(await next.run(next.groups.diff(id, outs, inputs))).toMatchObject({ replaces: ["name"] });
});

it("waits for an interrupted destroy also after a second one was refused", async () => {
  const at = new LifecycleInProcess();
  const { id, outs } = await at.run(at.groups.create(inputs));
  at.host.injectFault({ method: "DestroyCollection", job: { seconds: 10 } });
  at.groups.delete(id, outs).catch(() => {});
  await at.run(at.clock.sleep(3000));
  at.kill();
  const second = new LifecycleInProcess({}, webTierSeed, at);
  second.host.injectFault({ method: "DestroyCollection", returnValue: 32775 });
  await second.failure(second.groups.delete(id, outs));
  expect(groupsOn(second)).toHaveLength(1);
  expect(await second.run(second.groups.diff(id, outs, inputs))).toMatchObject({ replaces: ["name"] });
});

it("a destroy that was refused changes nothing for the next up", async () => {
  const at = new LifecycleInProcess();
  const { id, outs } = await at.run(at.groups.create(inputs));
  at.host.injectFault({ method: "DestroyCollection", returnValue: 32773 });
  await at.failure(at.groups.delete(id, outs));
  const next = new LifecycleInProcess({}, webTierSeed, at);
  const before = next.clock.now();
  expect(await next.run(next.groups.diff(id, outs, inputs))).toMatchObject({ changes: false });
  expect(next.clock.now() - before).toBeLessThan(1000);
});

it("keeps the group of an interrupted replacement if it has another machine", async () => {
  const next = await killedAfter("DefineCollection");
  const pathOf = (className: string, name: string) =>
    next.host.query(`SELECT * FROM ${className} WHERE ElementName = '${name}'`)[0]!.path;
  const [service] = next.host.query("SELECT * FROM Msvm_CollectionManagementService");
  const Collection = pathOf("Msvm_VirtualSystemCollection", "all");
  const Member = pathOf("Msvm_ComputerSystem", "web-02");
  expect(next.host.invokeMethod(service!.path, "AddMember", { Collection, Member }).returnValue).toBe(0);
  const other = await next.run(next.groups.create({ ...inputs, __meta: { urn: `${urn}-other` } }));
  await next.run(next.groups.update(other.id, { ...other.outs, __meta: { urn } }, inputs));
  expect(groupsOn(next)).toHaveLength(2);
  expect(next.messages.map(({ text }) => text).join()).toContain("has other machines: it stays on the host");
});

const service = "Msvm_CollectionManagementService";

/** Makes, by hand, a VM group without machines. @returns Its id. */
function groupByHand(at: LifecycleInProcess, Name: string): string {
  const Id = randomUUID().toUpperCase();
  at.elsewhere(service, "DefineCollection", { Name, Id, Type: 0 });
  return Id;
}

/** Renames the group of the interrupted run, by hand. */
async function renameByHand(at: LifecycleInProcess, NewName: string): Promise<void> {
  const [group] = at.host.query("SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = 'all'");
  at.elsewhere(service, "RenameCollection", { Collection: group!.path, NewName });
}

/** Lets the only record name another group. */
async function nameInRecord({ records }: LifecycleInProcess, key: string): Promise<void> {
  const folder = (await records.folders()).find(isResourceFolder)!;
  const [name = ""] = (await records.list(folder)).filter(recordFile.idIn);
  const record = JSON.parse((await records.read(folder, name))!) as RecoveryRecord;
  await records.write(folder, name, JSON.stringify({ ...record, subject: { ...record.subject, key } }));
}

it.each([
  {
    why: "a record names the empty group of a person",
    happen: (next: LifecycleInProcess) => nameInRecord(next, groupByHand(next, "theirs")),
  },
  { why: "a person has renamed it", happen: (next: LifecycleInProcess) => renameByHand(next, "theirs") },
])("keeps a group if $why", async ({ happen }) => {
  const next = await killedAfter("DefineCollection");
  await happen(next);
  const other = await next.run(next.groups.create({ ...inputs, __meta: { urn: `${urn}-other` } }));
  await next.run(next.groups.update(other.id, { ...other.outs, __meta: { urn } }, inputs));
  expect(next.host.tree().groups.map((group) => group.name)).toContain("theirs");
  expect(next.messages.map(({ text }) => text).join()).toContain(
    "has another name than was requested: it stays on the host",
  );
  expect(await recordsIn(next)).toHaveLength(1);
});

it("doesn't use the group of a person that a record names", async () => {
  const next = await killedAfter("DefineCollection");
  const key = groupByHand(next, "theirs");
  await nameInRecord(next, key);
  const { id } = await next.run(next.groups.create(inputs));
  expect(id).not.toBe(key);
  expect(next.host.tree().groups.map((group) => group.name)).toContain("theirs");
});

it("keeps the group of a record if a state holds it", async () => {
  const next = await killedAfter("DefineCollection");
  const [group] = groupsOn(next);
  next.state = [{ urn: `${urn}-imported`, id: group!.id, outputs: {} }];
  const other = await next.run(next.groups.create({ ...inputs, __meta: { urn: `${urn}-other` } }));
  await next.run(next.groups.update(other.id, { ...other.outs, __meta: { urn } }, inputs));
  expect(groupsOn(next)).toHaveLength(2);
});

it("a group that is resumed is locked, since other resources may work on it", async () => {
  const next = await killedAfter("DefineCollection");
  const lock = await next.lockElsewhere("all");
  const created = next.groups.create(inputs);
  await next.run(next.clock.sleep(60_000));
  expect(next.host.methodCalls).toEqual({ DefineCollection: 1 });
  await lock.release();
  await next.run(created);
  expect(next.host.methodCalls).toEqual({ DefineCollection: 1, AddMember: 2 });
});

it.each(["update", "delete", "resume"] as const)(
  "nothing is changed by a %s whose lock was taken over",
  async (method) => {
    const at = method === "resume" ? await killedAfter("DefineCollection") : new LifecycleInProcess();
    const { id, outs } = method === "resume" ? { id: "", outs: {} } : await at.run(at.groups.create(inputs));
    const before = { ...at.host.methodCalls };
    const { read } = at.records;
    at.records.read = async (folder, name) => (folder === locksFolder ? undefined : read(folder, name));
    const news = { ...inputs, members: ["web-01"] };
    const calls = {
      update: () => at.groups.update(id, outs, news),
      delete: () => at.groups.delete(id, outs),
      resume: () => at.groups.create(inputs),
    };
    const error = await at.failure(calls[method]());
    expect(error.message).toContain("Another run has taken over the lock");
    expect(at.host.methodCalls).toEqual(before);
  },
);
