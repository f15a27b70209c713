import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { Journal } from "../../../provider/src/recovery/journal";
import { fingerprint } from "../../../provider/src/recovery/record";
import { recordFilesIn } from "../../../provider/src/recovery/record-files";
import { CommandLine } from "../../support/command-line";
import { exportedSnapshot, exportedState } from "../../support/exported-state";
import { fakePulumi } from "../../support/fake-pulumi";

const id = "11111111-1111-4111-8111-111111111111";
const urn = (stack: string, type = "CollectionSnapshot") =>
  `urn:pulumi:${stack}::shop::pulumi-nodejs:dynamic/hyperv-snapshots:${type}::before`;

/** A computer that took a snapshot for a resource of a stack. */
function computer(stack: string, type = "CollectionSnapshot") {
  const at = new CommandLine();
  const snapshot = at.takeSnapshot();
  at.environment["PULUMI_HOME"] = at.folder;
  const files = recordFilesIn(join(at.folder, "hyperv-snapshots", "recovery"));
  const scope = { backend: "file:///state", organization: "organization", project: "shop", stack };
  const journal = new Journal(files, { scope, resource: urn(stack, type) });
  return { at, snapshot, journal };
}

/** Writes the record of an interrupted run that made the snapshot. */
async function interrupt(
  { at, snapshot, journal }: ReturnType<typeof computer>,
  phase: "accepted" | "made" | "retained" | "returned",
  pending: { readonly made?: string | null; readonly before?: readonly string[] } = {},
  moment = new Date(),
): Promise<void> {
  const [group] = at.host().query("SELECT * FROM Msvm_VirtualSystemCollection");
  const record = await journal.begin(
    {
      id,
      inputs: fingerprint({}),
      subject: { class: "Msvm_VirtualSystemCollection", key: String(group?.string("CollectionID")), path: "a" },
      connection: { transport: "simulated", host: "", namespace: "root", hostName: "HV-TEST" },
      machines: [],
      before: [],
    },
    moment,
  );
  const made = `Msvm_SnapshotCollection.CollectionID="${snapshot}"`;
  await journal.advance(record, phase, { job: null, before: [], made, ...pending });
}

const stateOf = (stack: string) => {
  const resource = exportedSnapshot("other", "1", { snapshotCollectionId: "other" });
  return JSON.stringify(exportedState([resource])).replaceAll("urn:pulumi:prod::", `urn:pulumi:${stack}::`);
};

const empty = { version: 3, deployment: {} };

describe("the owner of a snapshot", () => {
  it("is the interrupted run of a recovery record, and destroy refuses", async () => {
    const here = computer("prod");
    await interrupt(here, "made");
    const listed = await here.at.json(["list"]);
    const owner = { kind: "record", urn: urn("prod"), name: "before", stack: "prod", isInterrupted: true };
    expect(listed.value.snapshots[0].owner).toEqual(owner);
    const { exitCode, value } = await here.at.json(["destroy", here.snapshot, "--yes"]);
    expect(exitCode).toBe(1);
    expect(value.error).toMatchObject({
      code: "SNAPSHOT_OWNED",
      answer: `an interrupted run took it for ${urn("prod")}`,
    });
  });

  it.each([
    ["new since", [], "request", 1],
    ["older", ["itself"], "unknown", 0],
  ])(
    "is perhaps an interrupted run whose result isn't known, for a snapshot that is %s",
    async (_age, before, kind, exitCode) => {
      const here = computer("prod");
      await interrupt(here, "accepted", { made: null, before: before.map(() => here.snapshot) });
      const { value } = await here.at.json(["list"]);
      expect(value.snapshots[0].owner.kind).toBe(kind);
      const destroyed = await here.at.json(["destroy", here.snapshot, "--yes"]);
      expect(destroyed.exitCode).toBe(exitCode);
      if (exitCode === 1)
        expect(destroyed.value.error.answer).toContain(`an interrupted run's request for ${urn("prod")}`);
    },
  );

  it("isn't the request of another resource than a snapshot, nor one that is too old", async () => {
    const group = computer("prod", "VirtualSystemCollection");
    await interrupt(group, "returned", { made: null });
    expect(await group.at.json(["destroy", group.snapshot, "--yes"])).toMatchObject({ exitCode: 0 });
    const old = computer("prod");
    await interrupt(old, "accepted", { made: null }, new Date(Date.now() - 25 * 3_600_000));
    expect(await old.at.json(["destroy", old.snapshot, "--yes"])).toMatchObject({ exitCode: 0 });
  });

  it("isn't taken from a record whose reference is damaged", async () => {
    const here = computer("prod");
    await interrupt(here, "made", { made: "damaged" });
    expect((await here.at.json(["list"])).value.snapshots[0].owner).toEqual({ kind: "unknown" });
  });

  it("isn't a run that retained the snapshot on purpose", async () => {
    const here = computer("prod");
    await interrupt(here, "retained");
    expect(await here.at.json(["destroy", here.snapshot, "--yes"])).toMatchObject({ exitCode: 0 });
  });

  it("is named by import if it is another stack, since both would destroy the snapshot", async () => {
    const here = computer("prod");
    await here.journal.markOwned(id, { snapshotCollectionId: here.snapshot });
    const importInto = (stack: string) => {
      const file = here.at.write("state.json", stateOf(stack));
      return here.at.run(["import", here.snapshot, "--state", file, "--file", join(here.at.folder, `${stack}.json`)]);
    };
    expect((await importInto("test")).stderr).toContain("belongs to resource before of stack prod");
    expect((await importInto("prod")).stderr).not.toContain("of stack");
  });

  it("is named by import if it is a stack of the same name in another project", async () => {
    const here = computer("prod");
    await here.journal.markOwned(id, { snapshotCollectionId: here.snapshot });
    const file = here.at.write("state.json", stateOf("prod").replaceAll("::shop::", "::mail::"));
    const words = ["import", here.snapshot, "--state", file, "--file", join(here.at.folder, "import.json")];
    expect((await here.at.run(words)).stderr).toContain(`belongs to resource before of stack prod (${urn("prod")})`);
  });

  it("isn't the selected stack if its state has no resources any more: the snapshot was retained", async () => {
    const here = computer("dev");
    await here.journal.markOwned(id, { snapshotCollectionId: here.snapshot });
    const workingFolder = fakePulumi(here.at, {
      selected: "dev",
      stacks: { dev: { configuration: {}, state: empty } },
    });
    const how = { workingFolder, environment: { ...here.at.environment, PATH: here.at.folder } };
    expect(await here.at.run(["destroy", here.snapshot, "--yes"], how)).toMatchObject({ exitCode: 0 });
  });

  it("is another stack of this computer that managed it last, unless that stack's state disagrees", async () => {
    const here = computer("prod");
    await here.journal.markOwned(id, { snapshotCollectionId: here.snapshot });
    const destroy = (stack: string) =>
      here.at.run(["destroy", here.snapshot, "--yes", "--state", "-"], { input: stateOf(stack) });
    expect((await destroy("dev")).stderr).toContain("of stack prod had it last");
    expect(await destroy("prod")).toMatchObject({ exitCode: 0 });
  });
});
