import { describe, expect, it } from "vitest";
import type { PartialCreateError } from "../../../../provider/src/errors";
import type { Seed } from "../../../../provider/src/simulator/index";
import { LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";

const newest = ({ host }: LifecycleInProcess) =>
  String(host.query("SELECT * FROM Msvm_SnapshotCollection").at(-1)?.string("CollectionID"));

describe.each([3, 32771, 32772, 32788])("a return value that proves nothing (%i)", (returnValue) => {
  it.each(["job", "atOnce"] as const)(
    "finds the snapshot that the host has taken (completion %s)",
    async (completion) => {
      const at = new LifecycleInProcess();
      at.host.setOption("completion", completion);
      at.host.injectFault({ method: "CreateSnapshot", returnValue, takesEffect: true });
      const { outs } = await at.create();
      expect(outs["snapshotCollectionId"]).toBe(newest(at));
      expect(at.host.methodCalls["CreateSnapshot"]).toBe(1);
    },
  );

  it("is a refusal if a search finds nothing", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", returnValue });
    const error = await at.failure(at.lifecycle.create(standardInputs));
    expect(error).toMatchObject({ returnValue, effect: "none" });
    expect(error.message).toContain("No snapshot was taken: a search of");
  });
});

/** Documented refusals after which a host was seen to have left something, or may have. */
const unsure = [2, 32768];

describe.each(unsure)("a refusal with %i", (returnValue) => {
  it("names the snapshot that the host took despite the refusal", async () => {
    const at = new LifecycleInProcess();
    at.host.setOption("completion", "atOnce");
    at.host.injectFault({ method: "CreateSnapshot", returnValue, takesEffect: true });
    const { message } = await at.failure(at.lifecycle.create(standardInputs));
    expect(message).toContain("The group has gained a snapshot collection meanwhile, made by this call or");
    expect(message).toContain(newest(at));
    expect(message).not.toContain("No snapshot was taken");
  });

  it("says that a snapshot is being taken if the machines show it", async () => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", returnValue, takesEffect: true });
    const { message } = await at.failure(at.lifecycle.create(standardInputs));
    expect(message).toContain("No snapshot was taken so far; one is being taken now of web-01, web-02, db-01");
  });

  it("says that no snapshot was taken if the account can see that, whatever the group had before", async () => {
    const at = new LifecycleInProcess();
    await at.create();
    at.host.injectFault({ method: "CreateSnapshot", returnValue });
    expect((await at.failure(at.lifecycle.create(standardInputs))).message).toContain(" No snapshot was taken. ");
  });

  it.each(["allHidden", "denied"] as const)(
    "says that the outcome is unknown to an account that is %s by now",
    async (rights) => {
      const at = new LifecycleInProcess();
      at.host.injectFault({ method: "CreateSnapshot", returnValue, takesEffect: true });
      at.afterCall = { method: "CreateSnapshot", happen: () => at.host.setOption("rights", rights) };
      const error = await at.failure(at.lifecycle.create(standardInputs));
      expect(error).toMatchObject({ returnValue });
      expect(error.message).toContain("It isn't known whether a snapshot was taken, since the search failed");
      expect(error.message).not.toContain("No snapshot was taken");
    },
  );
});

it("a refusal is still reported if the connection is lost before the search for its result", async () => {
  const at = new LifecycleInProcess();
  at.host.injectFault({ method: "CreateSnapshot", returnValue: 2 });
  at.afterCall = { method: "CreateSnapshot", happen: () => at.host.restart({ downSeconds: 60 }) };
  const error = await at.failure(at.lifecycle.create(standardInputs));
  expect(error).toMatchObject({ code: "METHOD_FAILED" });
  expect(error.message).toContain("It isn't known whether a snapshot was taken");
});

describe.each(["job", "atOnce"] as const)("a result reference that can't be right (completion %s)", (completion) => {
  /** A group with a snapshot and another group with one; the host is to name one of them for a new one of the first. */
  const withTwoGroups = async (which: "older" | "otherGroup") => {
    const at = new LifecycleInProcess(
      {},
      {
        machines: [{ name: "web-01" }, { name: "mail-01" }],
        groups: [
          { name: "web-tier", members: ["web-01"] },
          { name: "mail", members: ["mail-01"] },
        ],
        jobs: { CreateSnapshot: { seconds: 10 } },
        options: { completion },
      },
    );
    const older = await at.create();
    const other = await at.create({ ...standardInputs, collection: "mail" });
    const named = String((which === "older" ? older : other).outs["snapshotCollectionId"]);
    return { at, named, taken: new Set([older, other].map(({ outs }) => outs["snapshotCollectionId"])) };
  };

  it.each(["older", "otherGroup"] as const)("(%s) is ignored in favour of the new snapshot", async (which) => {
    const { at, named, taken } = await withTwoGroups(which);
    at.host.injectFault({ method: "CreateSnapshot", namesResult: named });
    const { outs } = await at.create();
    expect(taken).not.toContain(outs["snapshotCollectionId"]);
    expect(outs["members"]).toMatchObject([{ vmName: "web-01" }]);
  });

  it.each([
    ["older", "which was there before"],
    ["otherGroup", 'which belongs to the VM group "mail"'],
  ] as const)(
    "(%s) is reported if several new snapshots are possible, and stays when the resource is destroyed",
    async (which, why) => {
      const { at, named } = await withTwoGroups(which);
      at.host.injectFault({ method: "CreateSnapshot", namesResult: named });
      // another program is faster than our look
      at.host.setOption("membersBusy", "accept");
      at.afterCall = {
        method: "CreateSnapshot",
        happen: () => {
          at.afterCall = undefined;
          at.elsewhere("Msvm_CollectionSnapshotService", "CreateSnapshot", {
            Collection: at.host.query("SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = 'web-tier'")[0]!
              .path,
            SnapshotType: 1,
          });
        },
      };
      const error = await at.failure<PartialCreateError>(at.lifecycle.create(standardInputs));
      expect(error).toMatchObject({ code: "PARTIAL_CREATE" });
      expect(error.message).toContain(`${named}, ${why}, and the group has gained 2 snapshot collections: `);
      const outs = error.properties as typeof standardInputs;
      expect(outs["__pending"]).toMatchObject({ made: null });
      const refusal = await at.failure(at.lifecycle.delete(error.id, outs));
      expect(refusal.message).toContain("Nothing was removed, and the resource stays in the state");
      expect(at.host.methodCalls["DestroySnapshot"]).toBeUndefined();
    },
  );
});

describe("a search for an unknown outcome", () => {
  const twoGroups = {
    machines: [{ name: "web-01" }, { name: "db-01" }],
    groups: [
      { name: "web-tier", members: ["web-01"] },
      { name: "all", members: ["web-01", "db-01"] },
    ],
    options: { membersBusy: "accept" },
  } satisfies Seed;

  it("doesn't adopt the job of another group with the same machines", async () => {
    const at = new LifecycleInProcess({}, { ...twoGroups, jobs: { CreateSnapshot: { seconds: 300 } } });
    const [all] = at.host.query("SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = 'all'");
    at.elsewhere("Msvm_CollectionSnapshotService", "CreateSnapshot", {
      Collection: all?.path ?? null,
      SnapshotType: 1,
    });
    at.host.injectFault({ method: "CreateSnapshot", connection: "lostBefore" });
    const { outs } = await at.partial();
    // one is being taken of our machine, and whose it is can't be seen: nothing is stated about it
    expect(outs["__pending"]).toMatchObject({ outcomeUnknown: true, job: null, made: null });
  });

  it("ignores a job that took a snapshot of another group with the same machines", async () => {
    const groups = [
      { name: "web-tier", members: ["web-01"] },
      { name: "twin", members: ["web-01"] },
    ];
    const at = new LifecycleInProcess({}, { ...twoGroups, groups, jobs: { CreateSnapshot: { seconds: 60 } } });
    const [twin] = at.host.query("SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = 'twin'");
    at.elsewhere("Msvm_CollectionSnapshotService", "CreateSnapshot", {
      Collection: twin?.path ?? null,
      SnapshotType: 1,
    });
    at.host.injectFault({ method: "CreateSnapshot", connection: "lostBefore" });
    const error = await at.failure<PartialCreateError>(at.lifecycle.create(standardInputs));
    expect(error.message).toContain('which belongs to the VM group "twin"');
    expect(error.message).toContain("The next `pulumi up` takes a new snapshot in its place");
  });
});

it("a snapshot whose members can't be seen isn't treated as one without members", async () => {
  const at = new LifecycleInProcess();
  at.beforeRequest = () => {
    const last = at.requests.at(-1);
    if (last?.verb === "associators" && last.target.includes("Msvm_SnapshotCollection")) {
      at.host.setOption("rights", "allHidden");
    }
  };
  const error = await at.failure<PartialCreateError>(at.lifecycle.create(standardInputs));
  expect(error).toMatchObject({ code: "PARTIAL_CREATE" });
  at.beforeRequest = undefined;
  at.host.setOption("rights", "full");
  const healed = await at.run(at.lifecycle.update(error.id, error.properties as typeof standardInputs, standardInputs));
  expect(healed.outs).toMatchObject({ members: [{}, {}, {}] });
});

describe("an incomplete snapshot whose job took none", () => {
  /** Its job is cancelled by a delete that is interrupted; then a person takes a snapshot. */
  const cancelledThenByHand = async (times: number) => {
    const at = new LifecycleInProcess();
    at.host.injectFault({ method: "CreateSnapshot", job: { seconds: 3600 } });
    const { id, outs } = await at.partial();
    const [job] = at.host.query("SELECT * FROM Msvm_ConcreteJob");
    if (job) at.host.invokeMethod(job.path, "RequestStateChange", { RequestedState: 4 });
    for (let time = 0; time < times; time += 1) {
      at.takeAnother();
      at.clock.pass(60_000);
    }
    return { at, id, outs };
  };

  it.each([
    [1, "a snapshot collection"],
    [2, "2 snapshot collections"],
  ])(
    "is never matched with one of %i later snapshots of the group: a delete keeps and reports those",
    async (times, gained) => {
      const { at, id, outs } = await cancelledThenByHand(times);
      await at.run(at.lifecycle.delete(id, outs));
      expect(at.snapshotCounts()).toEqual([times, times, times]);
      expect(at.warnings.join()).toContain(`ended without one. The group has gained ${gained} meanwhile`);
      expect(at.warnings.join()).toContain(newest(at));
    },
  );
});
