import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { keysOf, methodOf } from "../../../provider/src/cim/cim-class";
import { ClassName } from "../../../provider/src/schema/names";
import * as maps from "../../../provider/src/schema/value-maps";
import schema from "../../fixtures/schema.json";
import { repositoryFolder } from "../../support/repository";

type ValueMap = Readonly<Record<string, string>>;
const properties = (className: keyof typeof schema) =>
  schema[className].properties as Record<string, { values: ValueMap }>;
const methods = (className: keyof typeof schema) =>
  (
    schema[className] as unknown as {
      methods: Record<string, { returnValues: ValueMap; parameters: Record<string, { values: ValueMap }> }>;
    }
  ).methods;

const published: [keyof typeof maps, ValueMap][] = [
  ["ReturnValue", methods("Msvm_CollectionSnapshotService")["CreateSnapshot"]!.returnValues],
  ["VendorCode", methods("Msvm_ComputerSystem")["RequestReplicationStateChange"]!.returnValues],
  ["SnapshotType", methods("Msvm_CollectionSnapshotService")["CreateSnapshot"]!.parameters["SnapshotType"]!.values],
  ["JobState", properties("CIM_ConcreteJob")["JobState"]!.values],
  ["RequestedJobState", methods("CIM_ConcreteJob")["RequestStateChange"]!.parameters["RequestedState"]!.values],
  ["JobRequestReturnValue", methods("CIM_ConcreteJob")["RequestStateChange"]!.returnValues],
  ["JobType", properties("Msvm_ConcreteJob")["JobType"]!.values],
  ["ElementEffects", properties("CIM_AffectedJobElement")["ElementEffects"]!.values],
  ["ConsistencyLevel", properties("Msvm_VirtualSystemSnapshotSettingData")["ConsistencyLevel"]!.values],
  ["GuestBackupType", properties("Msvm_VirtualSystemSnapshotSettingData")["GuestBackupType"]!.values],
  ["UserSnapshotType", properties("Msvm_VirtualSystemSettingData")["UserSnapshotType"]!.values],
];

/** Documented by people, not by the schema: each says so beside it. */
const notInTheSchema: Readonly<Record<string, readonly number[]>> = { JobState: [32768] };

const letters = (name: string) => name.replaceAll(/[^A-Za-z0-9]/g, "").toLowerCase();

describe("the value map", () => {
  it.each(published)("%s agrees with the published one", (name, values) => {
    for (const [key, value] of Object.entries(maps[name] as Record<string, number>)) {
      if (notInTheSchema[name]?.includes(value)) continue;
      expect(`${value} ${letters(values[value] ?? "not published")}`).toBe(`${value} ${letters(key)}`);
    }
  });
});

describe("the class declarations", () => {
  it("equal what the generator makes from the fixture", () => {
    const file = join(repositoryFolder, "provider/src/schema/class-declarations.ts");
    const committed = readFileSync(file, "utf8");
    const generated = execFileSync(process.execPath, [join(repositoryFolder, "tools/schema/generate.mjs"), "--print"], {
      encoding: "utf8",
    });
    expect(generated).toBe(committed);
  });

  it("include every class that the client uses, with its keys", () => {
    for (const className of Object.values(ClassName)) expect(Object.keys(schema)).toContain(className);
    expect(keysOf("msvm_snapshotcollection")).toEqual(["CollectionID"]);
    expect(keysOf("Msvm_CollectedSnapshots")).toEqual(["Collection", "Member"]);
    expect(keysOf("Msvm_AffectedJobElement")).toEqual(["AffectedElement", "AffectingElement"]);
  });

  it("have inherited methods, whatever the case", () => {
    expect(Object.keys(methodOf("Msvm_ConcreteJob", "requeststatechange")?.parameters ?? {})).toEqual([
      "RequestedState",
      "TimeoutPeriod",
    ]);
    expect(methodOf("Msvm_ConcreteJob", "Explode")).toBeUndefined();
  });
});
