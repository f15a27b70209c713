import fc from "fast-check";
import { expect } from "vitest";
import type { CimSession } from "../../provider/src/cim/cim-session";
import { queryByKey } from "../../provider/src/cim/query-by-key";
import { readCollectionDesignator } from "../../provider/src/hyperv/collection-designator";
import { findVirtualSystemCollection } from "../../provider/src/hyperv/virtual-system-collection";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { parseWql } from "../../provider/src/simulator/wql/wql-parser";
import type { WqlCondition } from "../../provider/src/simulator/wql/wql-query";
import { simulatedSession } from "../../provider/src/transports/simulated/simulated-session";
import { webTierSeed } from "../support/simulated-hosts";
import { forAny, fuzz } from "./cases";
import { anyText, changed, outcome } from "./inputs";

/** The alternatives of a condition, from the first to the last. */
function alternatives(condition: WqlCondition | null): readonly (WqlCondition | null)[] {
  return condition?.kind === "or" ? [...alternatives(condition.left), ...alternatives(condition.right)] : [condition];
}

/** Groups of one host: one with a name, some with names that are nearly the same, or quoted otherwise. */
const namedGroups = anyText
  .filter((name) => name !== "")
  .chain((name) =>
    fc.record({
      name: fc.constant(name),
      others: fc.array(fc.oneof(changed(name), anyText), { maxLength: 4 }),
      asked: fc.constantFrom(name, name, name.toUpperCase(), name.replaceAll("\\", "\\\\"), `${name}'`),
    }),
  );

const host = SimulatedHost.inMemory({ seed: webTierSeed });

const queryText = fc.constantFrom(
  "SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = 'web-tier'",
  "SELECT Name, ElementName FROM Msvm_ComputerSystem WHERE NOT (ElementName LIKE 'w[a-e]b%' OR EnabledState > 2) AND Name IS NOT NULL",
  'ASSOCIATORS OF {Msvm_VirtualSystemCollection.CollectionID="a"} WHERE AssocClass=Msvm_CollectedVirtualSystems Role=Dependent',
  "REFERENCES OF {Msvm_VirtualSystemCollection.CollectionID='a'} WHERE ResultClass=Msvm_CollectedVirtualSystems",
);

fuzz("queries", {
  "for values match only these values": forAny(fc.array(anyText, { minLength: 1, maxLength: 30 }), async (values) => {
    const asked: (WqlCondition | null)[] = [];
    const query = async (wql: string) => {
      const parsed = parseWql(wql);
      expect(parsed).toMatchObject({ kind: "select", properties: null, className: "Msvm_ConcreteJob" });
      if (parsed.kind === "select") asked.push(...alternatives(parsed.where));
      return [];
    };
    await queryByKey({ query } as unknown as CimSession, "Msvm_ConcreteJob", "InstanceID", values);
    expect(asked).toEqual(
      values.map((literal) => ({ kind: "compare", property: "InstanceID", operator: "=", literal })),
    );
  }),
  "for the name of a group find only the group of that name": forAny(namedGroups, async ({ name, others, asked }) => {
    const names = [name, ...others.filter((other) => other !== "")];
    const groups = names.map((one) => ({ name: one, members: [] }));
    const { value: named } = await outcome(() => SimulatedHost.inMemory({ seed: { groups } }));
    if (named === undefined) return;
    const found = await outcome(() => findVirtualSystemCollection(simulatedSession(named), asked));
    const isName = await outcome(() => readCollectionDesignator(asked).kind === "name");
    const meant = names.filter((one) => one.toLowerCase() === asked.toLowerCase());
    if (isName.value && meant.length === 1) expect(found.value?.name).toBe(meant[0]);
    else expect(found.error?.code).toMatch(/^(INVALID_ARGUMENT|CIM_NOT_FOUND)$/);
  }),
  "with any text are served or refused by the simulated host": forAny(
    fc.oneof(anyText, queryText.chain(changed)),
    async (wql) => {
      const { value, error } = await outcome(() => host.query(wql));
      expect(value ?? error?.code).toEqual(Array.isArray(value) ? expect.any(Array) : expect.stringMatching(/^CIM_/));
    },
  ),
});
