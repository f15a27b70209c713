import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { embedInstance, readEmbeddedClass, readEmbeddedProperties } from "../../../provider/src/cim/embedded-instance";

const className = "Msvm_VirtualSystemSnapshotSettingData";

describe("an embedded instance", () => {
  it("is CIM-XML with the schema's types", () => {
    expect(embedInstance(className, { ConsistencyLevel: 1, IgnoreNonSnapshottableDisks: true })).toBe(
      `<INSTANCE CLASSNAME="${className}"><PROPERTY NAME="ConsistencyLevel" TYPE="uint8"><VALUE>1</VALUE></PROPERTY>` +
        `<PROPERTY NAME="IgnoreNonSnapshottableDisks" TYPE="boolean"><VALUE>true</VALUE></PROPERTY></INSTANCE>`,
    );
  });

  it("stays well-formed whatever a value holds", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."<>&\"']]>é漢 ") }), (value) => {
        expect(readEmbeddedClass(embedInstance(className, { ElementName: value }))).toEqual({ className });
      }),
    );
  });

  it("refuses characters that XML can't hold, and keeps every kind of line end", () => {
    for (const text of ["\0", "a\u0001", "\ud800"]) {
      expect(() => embedInstance(className, { ElementName: text })).toThrow("a character that XML has no form for");
    }
    const ElementName = "a\r\nb\rc";
    expect(readEmbeddedProperties(embedInstance(className, { ElementName }))).toEqual({ ElementName });
  });

  it.each([
    ["<p:Class xmlns:p='x'/>", "the root element is <p:Class>, not <INSTANCE>"],
    ["<INSTANCE/>", "<INSTANCE> has no CLASSNAME"],
    [`<INSTANCE CLASSNAME="${className}">`, "unclosed tag"],
    ["just text", "text data outside of root node"],
    [`<!DOCTYPE x><INSTANCE CLASSNAME="${className}"/>`, "a DOCTYPE is not allowed"],
  ])("is not %s", (text, problem) =>
    expect(readEmbeddedClass(text)).toEqual({ problem: expect.stringContaining(problem) }),
  );
});
