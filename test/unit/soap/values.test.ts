import { expect, test } from "vitest";
import { CimInstancePath } from "../../../provider/src/cim/cim-instance-path";
import type { CimValue } from "../../../provider/src/cim/cim-value";
import { readXml, XmlProblem } from "../../../provider/src/soap/read-xml";
import { readValue, writeValue } from "../../../provider/src/soap/values";
import { element, envelope } from "../../../provider/src/soap/write-xml";

const origin = { hostName: "HV01", namespace: "root\\virtualization\\v2" };

const written = (value: CimValue, type?: string) =>
  writeValue("v", value, type, origin.namespace)
    .map(({ text }) => text)
    .join("");

/** Reads what stands between the tags of an envelope that declares our prefixes. */
function read(xml: string, type?: string): CimValue {
  const whole = envelope([], element("x", "HERE")).replace("HERE", xml);
  return readValue(readXml(whole).children[1]?.children[0]?.children ?? [], type, origin);
}

const machine = new CimInstancePath({
  className: "Msvm_ComputerSystem",
  keys: { CreationClassName: "Msvm_ComputerSystem", Name: "a<b&c" },
  host: "HV01",
  namespace: origin.namespace,
});
const membership = new CimInstancePath({
  className: "Msvm_CollectedVirtualSystems",
  keys: {
    Collection: new CimInstancePath({
      className: "Msvm_VirtualSystemCollection",
      keys: { CollectionID: "1" },
      host: "HV01",
      namespace: origin.namespace,
    }),
    Member: machine,
  },
  host: "HV01",
  namespace: origin.namespace,
});

test.each(
  (
    [
      ["boolean", true],
      ["boolean", false],
      ["uint8", 255],
      ["sint8", -128],
      ["uint16", 65_535],
      ["sint16", -32_768],
      ["uint32", 4_294_967_295],
      ["sint32", -2_147_483_648],
      ["uint64", 18_446_744_073_709_551_615n],
      ["sint64", -9_223_372_036_854_775_808n],
      ["real32", 1.5],
      ["real64", -1e-300],
      ["char16", "ä"],
      ["string", " <&>\"' \t\n\r ]]> 漢 🖥️ "],
      ["string", ""],
      ["datetime", "20261123064200.000000+000"],
      ["datetime", "20261123064200.123456-330"],
      ["datetime", "00000000000002.500000:000"],
      ["datetime", "12345678235959.999999:000"],
      ["datetime", "2026112306****.******+000"],
      ["ref CIM_ManagedElement", machine],
      ["ref CIM_MemberOfCollection", membership],
      ["string[]", ["a", "", "<b>"]],
      ["uint16[]", [2]],
      ["uint64[]", [1n, 2n]],
      ["boolean[]", [true, false]],
      ["datetime[]", ["20261123064200.000000+000", "00000000000002.000000:000"]],
      ["ref CIM_ManagedElement[]", [machine, membership]],
      ["string", null],
      ["uint16[]", null],
    ] satisfies [string, CimValue][]
  ).map(([type, value]) => [type, String(value), value] as const),
)("a %s is unchanged after it was written and read: %s", (type, _, value) => {
  expect(read(written(value, type), type)).toEqual(value);
});

test.each([
  [
    "a time with a fraction and a zone",
    "<v><cim:Datetime>2013-03-09T03:06:25.5+01:00</cim:Datetime></v>",
    "20130309030625.500000+060",
  ],
  ["a time without a zone", "<v><cim:Datetime>2013-03-09T03:06:25</cim:Datetime></v>", "20130309030625.000000+000"],
  [
    "an interval whose seconds exceed a minute",
    "<v><cim:Interval>PT90.25S</cim:Interval></v>",
    "00000000000130.250000:000",
  ],
  [
    "a time in a fragment, without a namespace",
    "<v><Datetime>2013-03-09T03:06:25Z</Datetime></v>",
    "20130309030625.000000+000",
  ],
])("reads %s as DSP0004 specifies", (_, xml, value) => {
  expect(read(xml, "datetime")).toBe(value);
});

test("reads a wrapped reference, and one whose class has the DMTF's URI", () => {
  const selectors = '<w:SelectorSet><w:Selector Name="collectionid">1</w:Selector></w:SelectorSet>';
  const parameters = (uri: string) =>
    `<a:ReferenceParameters><w:ResourceURI>${uri}</w:ResourceURI>${selectors}</a:ReferenceParameters>`;
  const dmtf = parameters("http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/Msvm_SnapshotCollection");
  const path = read(`<v><a:EndpointReference><a:Address/>${dmtf}</a:EndpointReference></v>`, "ref CIM_Collection");
  expect(String(path)).toBe('\\\\HV01\\root\\virtualization\\v2:Msvm_SnapshotCollection.CollectionID="1"');
});

test("reads an embedded object as CIM-XML text, with the types that it states", () => {
  const xml = `<v xsi:type="m:Msvm_Error_Type"><Message>a&lt;b</Message><Code xsi:type="cim:cimUnsignedInt">5</Code><None xsi:nil="true"/><Arg>x</Arg><Arg>y</Arg></v>`;
  expect(read(xml, "string")).toBe(
    '<INSTANCE CLASSNAME="Msvm_Error"><PROPERTY NAME="Message" TYPE="string"><VALUE>a&lt;b</VALUE></PROPERTY><PROPERTY NAME="Code" TYPE="uint32"><VALUE>5</VALUE></PROPERTY><PROPERTY.ARRAY NAME="Arg" TYPE="string"><VALUE.ARRAY><VALUE>x</VALUE><VALUE>y</VALUE></VALUE.ARRAY></PROPERTY.ARRAY></INSTANCE>',
  );
});

test.each([
  ["boolean", "maybe"],
  ["uint16", ""],
  ["uint16", "2.x"],
  ["uint64", "1e3"],
  ["ref CIM_Job", "text"],
])("refuses a %s that is %j", (type, text) => {
  expect(() => read(`<v>${text}</v>`, type)).toThrow(XmlProblem);
});
