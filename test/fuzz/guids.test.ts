import fc from "fast-check";
import { expect } from "vitest";
import { normalizeGuid, readCollectionDesignator } from "../../provider/src/hyperv/collection-designator";
import { designates } from "../../provider/src/hyperv/machine-designator";
import { findVirtualSystemCollection } from "../../provider/src/hyperv/virtual-system-collection";
import { type OptionValue, optionValues, SimulatedHost } from "../../provider/src/simulator/index";
import { simulatedSession } from "../../provider/src/transports/simulated/simulated-session";
import { forAny, fuzz } from "./cases";
import { anyText, changed, guid, outcome } from "./inputs";

const pattern = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;

/** A GUID, and another spelling of it. */
const written = guid.chain((id) =>
  fc.record({
    id: fc.constant(id),
    text: fc
      .tuple(fc.mixedCase(fc.constant(id)), fc.boolean())
      .map(([letters, isBraced]) => (isBraced ? `{${letters}}` : letters)),
  }),
);

const forms = fc.constantFrom(...(optionValues.collectionIdForm as readonly OptionValue<"collectionIdForm">[]));

fuzz("GUIDs", {
  "in any form find their group in every form that hosts write": forAny(
    fc.record({ one: written, other: guid, form: forms }),
    async ({ one: { id, text }, other, form }) => {
      fc.pre(id !== other);
      const groups = [
        { name: "one", id, members: [] },
        { name: "other", id: other, members: [] },
      ];
      const host = SimulatedHost.inMemory({ seed: { groups, options: { collectionIdForm: form } } });
      for (const designator of [text, `Msvm_VirtualSystemCollection.CollectionID="${text}"`]) {
        expect(await findVirtualSystemCollection(simulatedSession(host), designator)).toMatchObject({ name: "one" });
      }
    },
  ),
  "of a machine match no other machine": forAny(fc.tuple(written, guid, anyText), ([{ id, text }, other, vmName]) => {
    expect(designates(text, { vmId: id, vmName })).toBe(true);
    expect(designates(text, { vmId: other, vmName })).toBe(other === id || vmName === text);
  }),
  "with a mistake are refused or treated as a name, never as another object's id": forAny(
    written.chain(({ text }) => changed(text)),
    refusedOrRight,
  ),
  "are distinguished from any other text": forAny(anyText, refusedOrRight),
});

async function refusedOrRight(text: string): Promise<void> {
  const { value, error } = await outcome(() => readCollectionDesignator(text));
  if (error) return expect(error.code).toBe("INVALID_ARGUMENT");
  if (value.kind === "name") {
    expect(value.name).toBe(text);
    expect(text.trim()).not.toBe("");
    expect(text.toUpperCase()).not.toMatch(pattern);
  } else {
    expect(value.id).toMatch(pattern);
    expect(text.toUpperCase()).toContain(value.id);
    expect(normalizeGuid(text)).toBe(value.kind === "id" ? value.id : text.toUpperCase());
  }
}
