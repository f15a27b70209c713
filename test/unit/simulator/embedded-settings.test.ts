import { describe, expect, test } from "vitest";
import { readEmbeddedInstance } from "../../../provider/src/simulator/embedded-settings";
import { HostSchema } from "../../../provider/src/simulator/host-schema";

const className = "Msvm_VirtualSystemSnapshotSettingData";
const read = (text: string, build = 20348) => readEmbeddedInstance(text, className, new HostSchema(build));
const property = (name: string, type: string, value: string) =>
  `<PROPERTY NAME="${name}" TYPE="${type}"><VALUE>${value}</VALUE></PROPERTY>`;
const instance = (...properties: readonly string[]) =>
  `<INSTANCE CLASSNAME="${className}">${properties.join("")}</INSTANCE>`;

describe("readEmbeddedInstance", () => {
  test("reads values by their declared types", () => {
    const text = instance(
      property("ConsistencyLevel", "uint8", "2"),
      property("IgnoreNonSnapshottableDisks", "boolean", "true"),
      property("ElementName", "string", "a &amp; b &#228;"),
    );
    expect(read(text)).toEqual({
      className,
      values: { ConsistencyLevel: 2, IgnoreNonSnapshottableDisks: true, ElementName: "a & b ä" },
    });
  });

  test("accepts an instance without values, properties without a value, qualifiers, a byte order mark and names in any case", () => {
    expect(read(instance())?.values).toEqual({});
    expect(read(instance('<PROPERTY NAME="ConsistencyLevel" TYPE="uint8"></PROPERTY>'))?.values).toEqual({});
    const qualified = `\uFEFF<?xml version="1.0"?>\n<INSTANCE CLASSNAME="${className.toLowerCase()}"><QUALIFIER NAME="dynamic" TYPE="boolean"><VALUE>TRUE</VALUE></QUALIFIER>\n ${property("consistencylevel", "uint8", "1")}</INSTANCE>`;
    expect(read(qualified)?.values).toEqual({ ConsistencyLevel: 1 });
  });

  test.each([
    ["no XML", "consistent please"],
    ["not closed", instance().replace("</INSTANCE>", "")],
    ["another class", instance().replace(className, "Msvm_VirtualSystemSettingData")],
    ["two of them", instance() + instance()],
    ["an unknown property", instance(property("Level", "uint8", "1"))],
    ["another type", instance(property("ConsistencyLevel", "uint16", "1"))],
    ["a value out of range", instance(property("ConsistencyLevel", "uint8", "256"))],
    ["a value that doesn't fit its type", instance(property("ConsistencyLevel", "uint8", "two"))],
    ["an array", instance('<PROPERTY.ARRAY NAME="ConsistencyLevel" TYPE="uint8"></PROPERTY.ARRAY>')],
    ["text between the properties", `<INSTANCE CLASSNAME="${className}">hello</INSTANCE>`],
    [
      "the form of WS-CIM",
      '<p:Msvm_VirtualSystemSnapshotSettingData xmlns:p="x"><p:ConsistencyLevel>1</p:ConsistencyLevel></p:Msvm_VirtualSystemSnapshotSettingData>',
    ],
  ])("refuses %s", (_, text) => {
    expect(read(text)).toBeUndefined();
  });
});
