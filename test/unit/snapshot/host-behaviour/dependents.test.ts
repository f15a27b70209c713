import { describe, expect, it } from "vitest";
import type { InvalidArgumentError } from "../../../../provider/src/errors";
import { inputsWithUrn, LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";

/** A person takes a checkpoint of one machine. */
function takeCheckpoint(at: LifecycleInProcess, name: string): void {
  const [machine] = at.host.query(`SELECT * FROM Msvm_ComputerSystem WHERE ElementName = '${name}'`);
  const AffectedSystem = machine?.path ?? null;
  at.elsewhere("Msvm_VirtualSystemSnapshotService", "CreateSnapshot", { AffectedSystem, SnapshotType: 2 });
  at.clock.pass(10_000);
}

/** A host that does as configured, or for `unknown`, as the harsher of the two. */
function hostWith(dependents: string): LifecycleInProcess {
  const at = new LifecycleInProcess({ dependents });
  at.host.setOption("dependents", dependents === "kept" ? "kept" : "removed");
  return at;
}

describe("dependents unknown", () => {
  it("refuses while a person's later checkpoint depends on the snapshot, and reports that checkpoint", async () => {
    const at = hostWith("unknown");
    const { id, outs } = await at.create();
    takeCheckpoint(at, "web-01");
    const error = await at.failure<InvalidArgumentError>(at.lifecycle.delete(id, outs));
    expect(error.code).toBe("DEPENDENTS_UNKNOWN");
    expect(error.message).toContain(
      "1 later checkpoint depends on this snapshot, and it isn't known whether the host keeps or removes it: checkpoint \"web-01 - (",
    );
    expect(at.snapshotCounts()).toEqual([2, 1, 1]);
  });

  it("refuses also if the checkpoint was taken while the host was busy", async () => {
    const at = hostWith("unknown");
    const { id, outs } = await at.create();
    at.host.injectFault({ method: "DestroySnapshot", returnValue: 32775 });
    at.afterCall = { method: "DestroySnapshot", happen: () => takeCheckpoint(at, "web-01") };
    const error = await at.failure<InvalidArgumentError>(at.lifecycle.delete(id, outs));
    expect(error.code).toBe("DEPENDENTS_UNKNOWN");
    expect(at.snapshotCounts()).toEqual([2, 1, 1]);
  });

  it("reports the machine and the owner of each dependent, and the order that works", async () => {
    const at = hostWith("unknown");
    const named = (name: string) => ({
      ...inputsWithUrn,
      __meta: { urn: inputsWithUrn.__meta.urn.replace(/before$/, name) },
    });
    const first = await at.create(named("first"));
    const second = await at.create(named("second"));
    takeCheckpoint(at, "web-01");
    const { message } = await at.failure(at.lifecycle.delete(first.id, first.outs));
    expect(message).toContain(`snapshot collection ${second.outs["snapshotCollectionId"]} (`);
    expect(message).toMatch(
      /of web-01, web-02, db-01\): resource second of this stack; checkpoint "web-01 - .* of web-01, taken of this machine alone/,
    );
    expect(message).toMatch(/Destroy the later ones before it, newest first\..*probe --take-one.*dependents/s);
  });

  it("deletes before it creates for a changed input, so that exactly one snapshot exists", async () => {
    const at = hostWith("unknown");
    const { id, outs } = await at.create();
    const news = { ...standardInputs, triggers: ["1.4.1"] };
    expect(await at.run(at.lifecycle.diff(id, outs, news))).toMatchObject({ deleteBeforeReplace: true });
    await at.run(at.lifecycle.delete(id, outs));
    await at.create(news);
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);
  });

  it("loses no snapshot if a requested replacement creates first", async () => {
    const at = hostWith("unknown");
    const { id, outs } = await at.create();
    await at.create();
    expect((await at.failure(at.lifecycle.delete(id, outs))).message).toContain("3 later checkpoints depend");
    expect(at.snapshotCounts()).toEqual([2, 2, 2]);
  });
});

describe("dependents kept", () => {
  it("creates first, and destroys the old one below the new one and a person's checkpoint", async () => {
    const at = hostWith("kept");
    const { id, outs } = await at.create();
    expect(await at.run(at.lifecycle.diff(id, outs, { ...standardInputs, triggers: [2] }))).toMatchObject({
      deleteBeforeReplace: false,
    });
    takeCheckpoint(at, "web-01");
    await at.create();
    await at.run(at.lifecycle.delete(id, outs));
    expect(at.snapshotCounts()).toEqual([2, 1, 1]);
    expect(at.warnings).toEqual([]);
  });
});

describe("dependents removed", () => {
  it("warns of the dependents that are destroyed too", async () => {
    const at = hostWith("removed");
    const { id, outs } = await at.create();
    takeCheckpoint(at, "web-01");
    await at.run(at.lifecycle.delete(id, outs));
    expect(at.warnings).toEqual([
      expect.stringMatching(/also removes its dependent snapshots: checkpoint "web-01 - \(/),
    ]);
    expect(at.snapshotCounts()).toEqual([0, 0, 0]);
  });

  it("never destroys a snapshot while a later one of the whole group exists, in this run or another", async () => {
    const at = hostWith("removed");
    const { id, outs } = await at.create();
    const newer = await at.create();
    const error = await at.failure<InvalidArgumentError>(at.lifecycle.delete(id, outs));
    expect(error.code).toBe("DEPENDENTS_COLLECTED");
    const later = new LifecycleInProcess({ dependents: "removed" }, undefined, at);
    expect(await later.failure(later.lifecycle.delete(id, outs))).toMatchObject({ code: "DEPENDENTS_COLLECTED" });
    expect(at.snapshotCounts()).toEqual([2, 2, 2]);
    await later.run(Promise.all([later.lifecycle.delete(id, outs), later.lifecycle.delete(newer.id, newer.outs)]));
    expect(at.snapshotCounts()).toEqual([0, 0, 0]);
  });
});

describe.each([
  ["unknown", "DEPENDENTS_UNKNOWN"],
  ["removed", "DEPENDENTS_COLLECTED"],
])("a snapshot that a person takes meanwhile, dependents %s", (dependents, code) => {
  it("is waited for, since it will depend on the snapshot to destroy", async () => {
    const at = hostWith(dependents);
    const { id, outs } = await at.create();
    at.takeAnother();
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);
    expect(await at.failure(at.lifecycle.delete(id, outs))).toMatchObject({ code });
    expect(at.snapshotCounts()).toEqual([2, 2, 2]);
    expect(at.shown.join()).toContain("a snapshot is being taken that will depend on this one; still busy: web-01");
  });

  it("stops the destroy even at the timeout", async () => {
    const at = hostWith(dependents);
    const { id, outs } = await at.create();
    at.host.injectFault({ method: "CreateSnapshot", job: { stallAtPercent: 50 } });
    at.takeAnother();
    const error = await at.failure(at.lifecycle.delete(id, outs));
    expect(error).toMatchObject({ code });
    expect(error.message).toContain("a snapshot is being taken that will depend on this one");
    expect(at.snapshotCounts()).toEqual([1, 1, 1]);
  });
});

describe.each(["unknown", "removed"])("concurrent deletes for one group, dependents %s", (dependents) => {
  it("run newest first, and an incomplete snapshot before all others", async () => {
    const at = hostWith(dependents);
    at.host.setOption("snapshotCreationTime", "atStart");
    const first = await at.create();
    const second = await at.create();
    at.host.injectFault({ method: "CreateSnapshot", job: { seconds: 35 * 60 } });
    const third = await at.partial();
    at.clock.pass(60 * 60_000);
    expect(at.snapshotCounts()).toEqual([3, 3, 3]);
    await at.run(Promise.all([first, third, second].map(({ id, outs }) => at.lifecycle.delete(id, outs))));
    expect(at.snapshotCounts()).toEqual([0, 0, 0]);
  });
});
