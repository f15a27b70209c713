import type { CimValue } from "../cim/cim-value";
import { InvalidArgumentError } from "../errors";
import { suggestion } from "../nearest";
import { ClassName } from "../schema/names";
import type { WorkOf } from "./host-record";
import type { HostSchema } from "./host-schema";
import { fitsType } from "./value-type";

/** Changes of a machine, by the object that has the property. */
type MachineChanges = Pick<WorkOf<"changeMachine">, "properties" | "settings" | "mergingEnabled">;

/**
 * Sorts the changes of a machine by the object that has each property.
 *
 * @param target - What to call the host in a message.
 * @throws {@link InvalidArgumentError} for a property that neither object has, and for a value of another type.
 */
export function readMachineChanges(
  changes: Readonly<Record<string, CimValue>>,
  schema: HostSchema,
  target: string,
): MachineChanges {
  const sorted: Record<"properties" | "settings", Record<string, CimValue>> = { properties: {}, settings: {} };
  const refuse = (name: string, answer: string, remedy: string) =>
    new InvalidArgumentError({
      attempted: `Changing ${name} of a machine`,
      target,
      answer,
      outcome: "Nothing was changed",
      remedy,
    });
  let mergingEnabled: boolean | undefined;
  for (const [name, value] of Object.entries(changes)) {
    if (name === "merging") {
      if (typeof value !== "boolean") throw refuse(name, "it is neither true nor false", "Write merging=false");
      mergingEnabled = value;
      continue;
    }
    const [place, known, className] =
      schema.propertyName(ClassName.computerSystem, name) === undefined
        ? ([
            "settings",
            schema.propertyName(ClassName.virtualSystemSettingData, name),
            ClassName.virtualSystemSettingData,
          ] as const)
        : (["properties", schema.propertyName(ClassName.computerSystem, name), ClassName.computerSystem] as const);
    const declared = known === undefined ? undefined : schema.properties(className)[known];
    if (known === undefined || declared === undefined || declared.key || known === "Name") {
      const all = [ClassName.computerSystem, ClassName.virtualSystemSettingData].flatMap((one) =>
        Object.keys(schema.properties(one)),
      );
      throw refuse(
        name,
        "a machine has no such property that can be changed",
        `${suggestion(name, ["merging", ...all])}Use a property of its Msvm_ComputerSystem or Msvm_VirtualSystemSettingData`,
      );
    }
    if (!fitsType(value, declared.type)) {
      throw refuse(name, `it is ${declared.type}`, `Write a value of that type, such as ${exampleOf(declared.type)}`);
    }
    sorted[place][known] = value;
  }
  return { ...(sorted as MachineChanges), ...(mergingEnabled !== undefined && { mergingEnabled }) };
}

function exampleOf(type: string): string {
  if (type.endsWith("[]")) return `[${exampleOf(type.slice(0, -2))}]`;
  if (type === "boolean") return "true";
  return /int/.test(type) ? "2" : '"text"';
}
