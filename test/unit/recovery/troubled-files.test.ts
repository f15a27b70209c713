import { describe, expect, it } from "vitest";
import {
  deleteFile,
  deletesFolder,
  isResourceFolder,
  type RecordFiles,
} from "../../../provider/src/recovery/record-files";
import { collectionsOn, kept, recordsIn } from "../../support/interrupted-run";
import { inputsWithUrn, LifecycleInProcess } from "../../support/lifecycle-in-process";
import { webTierSeed } from "../../support/simulated-hosts";

/** What goes wrong with the files. */
type Trouble = (call: keyof RecordFiles, folder: string, text: string) => boolean;

/** A run whose files cause trouble. */
function troubled(goesWrong: Trouble, earlier = new LifecycleInProcess(kept), configuration = kept) {
  const records = new Proxy(earlier.records, {
    get: (files, call: keyof RecordFiles) => {
      const work = files[call] as (...parameters: string[]) => unknown;
      if (call === "locate") return work;
      return async (folder: string, name: string, text: string) => {
        if (goesWrong(call, folder ?? "", text ?? "")) throw new Error(`EACCES: permission denied, ${call}`);
        return work(folder, name, text);
      };
    },
  });
  const { host, clock } = earlier;
  return new LifecycleInProcess(configuration, webTierSeed, { host, clock, records });
}

const writes = (call: keyof RecordFiles, text: string) => call === "write" && text.startsWith("{");

describe.each([
  ["that it was returned", '"phase":"returned"'],
  ["anything after the request", '"phase":"'],
])("where %s can't be written", (_what, phase) => {
  /** The old snapshot is in the state, and a new one was taken beside it. */
  async function replaced() {
    let isTroubled = false;
    const isBegun = (text: string) => text.includes('"phase":"requested"');
    const run = troubled(
      (call, _folder, text) => isTroubled && writes(call, text) && text.includes(phase) && !isBegun(text),
    );
    const old = await run.create(inputsWithUrn);
    await run.run(run.lifecycle.diff(old.id, old.outs, inputsWithUrn));
    run.state = [{ id: old.id, urn: inputsWithUrn.__meta.urn, outputs: old.outs }];
    isTroubled = true;
    const next = await run.create({ ...inputsWithUrn, triggers: [2] });
    return { run, old, next };
  }

  it("a replacement isn't destroyed with the snapshot that it replaces", async () => {
    const { run, old, next } = await replaced();
    await run.run(run.lifecycle.delete(old.id, old.outs));
    expect(collectionsOn(run)).toEqual([next.outs["snapshotCollectionId"]]);
  });

  it("a later process doesn't destroy the replacement if the state holds it", async () => {
    const { run, old, next } = await replaced();
    const later = new LifecycleInProcess(kept, webTierSeed, run);
    later.state = [old, next].map(({ id, outs }) => ({ id, urn: inputsWithUrn.__meta.urn, outputs: outs }));
    await later.run(later.lifecycle.delete(old.id, old.outs));
    expect(collectionsOn(later)).toEqual([next.outs["snapshotCollectionId"]]);
  });
});

it("a group whose return can't be written isn't destroyed with the one that it replaces", async () => {
  const urn = "urn:pulumi:test::project::pulumi-nodejs:dynamic/hyperv-snapshots:VirtualSystemCollection::all";
  const inputs = { name: "all", members: ["web-01"], __provider: "text", __meta: { urn } };
  let isTroubled = false;
  const run = troubled(
    (call, _folder, text) => isTroubled && text.includes('"phase":"returned"') && writes(call, text),
  );
  const old = await run.run(run.groups.create(inputs));
  await run.run(run.groups.diff(old.id, old.outs, inputs));
  run.state = undefined;
  isTroubled = true;
  const next = await run.run(run.groups.create(inputs));
  await run.run(run.groups.delete(old.id, old.outs));
  const left = run.host.query("SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = 'all'");
  expect(left.map((group) => group.string("CollectionID"))).toEqual([next.id]);
});

it("a delete succeeds although another resource's folder can't be read", async () => {
  const first = new LifecycleInProcess(kept);
  const other = await first.create({ ...inputsWithUrn, __meta: { urn: `${inputsWithUrn.__meta.urn}-other` } });
  const [folder] = (await first.records.folders()).filter(isResourceFolder);
  const run = troubled((call, at) => call === "list" && at === folder, first);
  const { id, outs } = await run.create(inputsWithUrn);
  await run.run(run.lifecycle.delete(id, outs));
  expect(collectionsOn(run)).toEqual([other.outs["snapshotCollectionId"]]);
});

it("files that can't be cleaned up don't fail a complete snapshot", async () => {
  let isComplete = false;
  const run = troubled((call, _folder, text) => {
    isComplete ||= text.includes('"phase":"returned"');
    return call === "list" && isComplete;
  });
  expect((await run.create(inputsWithUrn)).outs["snapshotCollectionId"]).toEqual(collectionsOn(run)[0]);
});

it("a record that can't be removed doesn't hide the host's refusal", async () => {
  const run = troubled((call, folder) => call === "remove" && isResourceFolder(folder));
  run.host.injectFault({ method: "CreateSnapshot", returnValue: 32773 });
  expect(await run.failure(run.lifecycle.create(inputsWithUrn))).toMatchObject({
    code: "METHOD_VENDOR_INVALID_PARAMETER",
  });
  expect(await recordsIn(run)).toHaveLength(1);
});

it.each(["", "yesterday", "2026-11-23T06:42:00.000Z\nsomething"])(
  "a note of a delete that is damaged (%j) is reported, and names its file",
  async (text) => {
    const run = new LifecycleInProcess(kept);
    const { id, outs } = await run.create(inputsWithUrn);
    await run.records.write(deletesFolder, deleteFile.of(id), text);
    const error = await run.failure(run.lifecycle.diff(id, outs, inputsWithUrn));
    expect(error).toMatchObject({ code: "RECORD_UNREADABLE" });
    expect(error.message).toContain(`${id}.deleted`);
  },
);
