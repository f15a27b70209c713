import { expect } from "vitest";
import type { OptionValue } from "../../../../provider/src/simulator/index";
import { type LifecycleInProcess, standardInputs } from "../../../support/lifecycle-in-process";
import { type ClientOptionTests, clientAgainst, collectionsOn, justBefore } from "./client-against";

const service = "Msvm_CollectionManagementService";
const groups = "SELECT * FROM Msvm_VirtualSystemCollection";
const inputs = { name: "db-tier", members: ["db-01"] };

/** A group that has a snapshot is destroyed by force. */
async function destroyByForce(at: LifecycleInProcess) {
  const { id, outs } = await at.run(at.groups.create({ ...inputs, forceDestroy: true }));
  await at.create({ ...standardInputs, collection: "db-tier" });
  await at.run(at.groups.delete(id, outs));
  return [at.host.query(groups).length, collectionsOn(at)];
}

/** Another program puts a machine into the group, and takes another one out, right before we do. */
async function overtaken(membershipAsItIs: OptionValue<"membershipAsItIs">): Promise<readonly string[]> {
  const at = clientAgainst({ membershipAsItIs });
  const { id, outs } = await at.run(at.groups.create(inputs));
  const pathOf = (className: string, name: string) =>
    at.host.query(`SELECT * FROM ${className} WHERE ElementName = '${name}'`)[0]?.path ?? null;
  const change = (method: string, machine: string) => {
    const Collection = pathOf("Msvm_VirtualSystemCollection", "db-tier");
    at.elsewhere(service, method, { Collection, Member: pathOf("Msvm_ComputerSystem", machine) });
  };
  justBefore(at, "RemoveMember", () => {
    change("RemoveMember", "db-01");
    justBefore(at, "AddMember", () => change("AddMember", "web-01"));
  });
  await at.run(at.groups.update(id, outs, { ...inputs, members: ["web-01"] }));
  const asked = at.requests.flatMap(({ methodName }) => methodName ?? []);
  expect(asked.filter((name) => name === "AddMember")).toHaveLength(3);
  return (
    at.host
      .tree()
      .groups.find(({ name }) => name === "db-tier")
      ?.machines.map(({ name }) => name) ?? []
  );
}

/** What groups let happen. */
export const groupOptions: Pick<ClientOptionTests, "membershipAsItIs" | "destroyGroupWithSnapshots"> = {
  membershipAsItIs: {
    accept: async () => expect(await overtaken("accept")).toEqual(["web-01"]),
    refuse32773: async () => expect(await overtaken("refuse32773")).toEqual(["web-01"]),
  },
  destroyGroupWithSnapshots: {
    accept: async () =>
      expect(await destroyByForce(clientAgainst({ destroyGroupWithSnapshots: "accept" }))).toEqual([1, 1]),
    refuse32775: async () => {
      const at = clientAgainst({ destroyGroupWithSnapshots: "refuse32775" });
      const error = await at.failure(destroyByForce(at));
      expect(error).toMatchObject({ code: "METHOD_VENDOR_INVALID_STATE" });
      expect(error.message).toContain("The group is still there. Destroy the group's snapshots first");
      expect(at.host.query(groups)).toHaveLength(2);
    },
  },
};
