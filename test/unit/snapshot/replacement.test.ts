import { describe, expect, it } from "vitest";
import { recordFilesInMemory } from "../../../provider/src/recovery/record-files";
import { collectionsOn } from "../../support/interrupted-run";
import { inputsWithUrn, LifecycleInProcess } from "../../support/lifecycle-in-process";
import { groupsOfOne, webTierSeed } from "../../support/simulated-hosts";

const { urn } = inputsWithUrn.__meta;

/** A resource whose snapshot exists, as its state has it. */
async function taken(configuration: Readonly<Record<string, string>> = {}) {
  const at = new LifecycleInProcess(configuration);
  const { id, outs } = await at.create(inputsWithUrn);
  await at.run(at.lifecycle.diff(id, outs, inputsWithUrn));
  at.state = [{ id, urn, outputs: outs }];
  return { at, id, outs };
}

describe("a replacement that the engine decides itself", () => {
  it.each([
    ["unknown", "DEPENDENTS_UNKNOWN"],
    ["removed", "DEPENDENTS_COLLECTED"],
  ])(
    "is refused with dependents %s while the old snapshot exists, before anything is taken",
    async (dependents, code) => {
      const { at } = await taken({ dependents });
      const error = await at.failure(at.lifecycle.create(inputsWithUrn));
      expect(error).toMatchObject({ code, effect: "none" });
      expect(error.message).toContain("Set the resource option deleteBeforeReplace");
      expect(at.host.methodCalls["CreateSnapshot"]).toBe(1);
    },
  );

  it("takes the new one first where the host keeps what depends on the old one", async () => {
    const { at } = await taken({ dependents: "kept" });
    await at.create(inputsWithUrn);
    expect(collectionsOn(at)).toHaveLength(2);
  });

  it.each(["pendingReplacement", "retainOnDelete", "external"] as const)(
    "isn't refused where the engine deletes nothing: %s",
    async (field) => {
      const { at, id, outs } = await taken();
      at.state = [{ id, urn, outputs: outs, [field]: true }];
      await at.create(inputsWithUrn);
      expect(collectionsOn(at)).toHaveLength(2);
    },
  );

  it("is refused on a computer that has no records of the old one, too", async () => {
    const { at } = await taken();
    const { host, clock } = at;
    const elsewhere = new LifecycleInProcess({}, undefined, { host, clock, records: recordFilesInMemory() });
    elsewhere.state = at.state;
    expect(await elsewhere.failure(elsewhere.lifecycle.create(inputsWithUrn))).toMatchObject({ effect: "none" });
  });

  it("isn't refused where the new snapshot is of another group", async () => {
    const seed = groupsOfOne(["one", "two"], webTierSeed);
    const at = new LifecycleInProcess({}, seed);
    const { id, outs } = await at.create({ ...inputsWithUrn, collection: "group-one" });
    await at.run(at.lifecycle.diff(id, outs, { ...inputsWithUrn, collection: "group-one" }));
    at.state = [{ id, urn, outputs: outs }];
    await at.create({ ...inputsWithUrn, collection: "group-two" });
    expect(collectionsOn(at)).toHaveLength(2);
  });

  it("isn't refused where the old snapshot is deleted, or the state doesn't hold it", async () => {
    const { at } = await taken();
    at.state = [];
    await at.create(inputsWithUrn);
    const second = await taken();
    await second.at.run(second.at.lifecycle.delete(second.id, second.outs));
    await second.at.create(inputsWithUrn);
    expect(collectionsOn(second.at)).toHaveLength(1);
  });
});

describe("a snapshot that another resource holds, too, isn't destroyed", () => {
  const imported = async (at: LifecycleInProcess, outs: object, id: string, project = "project") => {
    const meta = { urn: urn.replace("project", project).replace("before", "copy") };
    const other = new LifecycleInProcess({}, undefined, at);
    other.state = at.state;
    await other.run(other.lifecycle.diff(id, { ...outs, __meta: meta }, { ...inputsWithUrn, __meta: meta }));
    return meta.urn;
  };

  it.each(["project", "other"])("where project %s has it", async (project) => {
    const { at, id, outs } = await taken();
    const copy = "5e0d6c1c-5a1c-4f0f-8e1f-1d2c3b4a5f60";
    const name = await imported(at, outs, copy, project);
    const next = new LifecycleInProcess({}, undefined, at);
    next.state = [
      { id, urn, outputs: outs },
      { id: copy.toUpperCase(), urn: name, outputs: outs },
    ];
    await next.run(next.lifecycle.delete(id, outs));
    expect(collectionsOn(next)).toHaveLength(1);
    const whose = project === "project" ? "copy" : "copy of project other";
    expect(next.warnings.join()).toContain(`The snapshot stays on the host: the resource ${whose} holds it, too`);
  });
});
