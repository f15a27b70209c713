import { expect } from "vitest";
import type { OptionValue } from "../../../../provider/src/simulator/index";
import { type LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";
import { type ClientOptionTests, clientAgainst, created, wholeLife } from "./client-against";

/** The same snapshot, named in each way in which its id can be written. */
async function underEveryName(collectionIdForm: OptionValue<"collectionIdForm">): Promise<void> {
  const at = clientAgainst({ collectionIdForm });
  const { id, outs } = await at.create();
  const [group, snapshot] = [String(outs["collectionId"]), String(outs["snapshotCollectionId"])];
  for (const collection of spellings(group, "Msvm_VirtualSystemCollection")) {
    const inputs = { ...standardInputs, collection };
    expect(await at.run(at.lifecycle.diff(id, outs, inputs)), collection).toEqual({ changes: true });
    expect(await wholeLife(at, inputs), collection).toEqual([2, 1]);
  }
  for (const name of spellings(snapshot, "Msvm_SnapshotCollection")) {
    const { props } = await at.run(at.lifecycle.read(name, {}));
    expect(props, name).toMatchObject({ snapshotCollectionId: snapshot, members: [{}, {}, {}] });
  }
  for (const machine of spellings(String((outs["members"] as { vmId: string }[])[0]?.vmId))) {
    const made = await at.run(at.groups.create({ name: "some", members: [machine] }));
    expect(made.outs["machines"], machine).toMatchObject([{ vmName: "db-01" }]);
    for (const name of spellings(made.id, "Msvm_VirtualSystemCollection")) {
      expect((await at.run(at.groups.read(name, {}))).props, name).toMatchObject({ name: "some" });
    }
    await at.run(at.groups.delete(made.id, made.outs));
  }
}

/** A GUID in either case, with and without braces, and in an object path of its class. */
function spellings(id: string, className?: string): readonly string[] {
  const bare = id.replace(/[{}]/g, "");
  const guids = [bare.toUpperCase(), bare.toLowerCase(), `{${bare.toUpperCase()}}`, `{${bare.toLowerCase()}}`];
  const paths = className ? guids.map((guid) => `${className}.CollectionID="${guid}"`) : [];
  return [...guids, ...paths];
}

/** A job fails; what a host says of it, in its language, is shown and never read. */
async function failureIn(language: OptionValue<"language">): Promise<string> {
  const at = clientAgainst({ language });
  expect(await wholeLife(at)).toEqual([1, 0]);
  at.host.injectFault({ method: "CreateSnapshot", job: { endState: 10, errorCode: 32770 } });
  const error = await at.failure(at.lifecycle.create(standardInputs));
  expect(error).toMatchObject({ code: "JOB_FAILED", errorCode: 32770 });
  return error.message;
}

const refusedCreate = async (at: LifecycleInProcess) => {
  const error = await at.failure(at.lifecycle.create(standardInputs));
  expect(at.host.methodCalls).toEqual({});
  return error;
};

/** How hosts write, and what they show to whom. */
export const accessOptions: Pick<ClientOptionTests, "collectionIdForm" | "rights" | "language"> = {
  collectionIdForm: {
    upperCase: () => underEveryName("upperCase"),
    lowerCase: () => underEveryName("lowerCase"),
    braced: () => underEveryName("braced"),
  },
  rights: {
    full: async () => expect(await wholeLife(clientAgainst({ rights: "full" }))).toEqual([1, 0]),
    allHidden: async () =>
      expect(await refusedCreate(clientAgainst({ rights: "allHidden" }))).toMatchObject({ code: "CIM_ACCESS_DENIED" }),
    denied: async () =>
      expect(await refusedCreate(clientAgainst({ rights: "denied" }))).toMatchObject({ code: "CIM_ACCESS_DENIED" }),
    jobsHidden: async () => {
      expect(await created(clientAgainst({ rights: "jobsHidden" }))).toMatchObject({ members: 3, outs: { job: null } });
      expect(await wholeLife(clientAgainst({ rights: "jobsHidden" }))).toEqual([1, 0]);
    },
  },
  language: {
    English: async () => expect(await failureIn("English")).toContain('saying "Snapshot Collection failed'),
    German: async () => expect(await failureIn("German")).toContain('saying "Fehler bei „Momentaufnahme der Sammlung'),
    Japanese: async () => expect(await failureIn("Japanese")).toMatch(/saying "[^"]*[\u3040-\u30ff]/),
  },
};
