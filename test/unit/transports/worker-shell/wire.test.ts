import { describe, expect, it } from "vitest";
import { CimInstancePath } from "../../../../provider/src/cim/cim-instance-path";
import {
  readInstance,
  readValues,
  type WireInstance,
} from "../../../../provider/src/transports/worker-shell/wire-answer";
import { wirePath, wireValue } from "../../../../provider/src/transports/worker-shell/wire-request";

const namespace = "root\\virtualization\\v2";
const origin = { hostName: "HV01", namespace };
const group = new CimInstancePath({ className: "Msvm_VirtualSystemCollection", keys: { CollectionID: "A" } });

describe("a value for the worker", () => {
  it.each([
    ["a number of the declared type", 1, "uint16", { type: "uint16", value: "=1" }],
    ["64 bits", 18446744073709551615n, undefined, { type: "uint64", value: "=18446744073709551615" }],
    [
      "a text that looks like a date",
      "2026-11-23T06:42:00Z",
      undefined,
      { type: "string", value: "=2026-11-23T06:42:00Z" },
    ],
    ["nothing", null, "datetime", { type: "datetime", value: null }],
    ["true", true, undefined, { type: "boolean", value: "=true" }],
    ["a real", 1.5, undefined, { type: "real64", value: "=1.5" }],
    ["a list", ["a", "b"], undefined, { type: "string[]", value: ["=a", "=b"] }],
    ["an empty list", [], "string[]", { type: "string[]", value: [] }],
    ["a reference", group, undefined, { type: "ref", value: wirePath(group, namespace) }],
  ])("stays a string that PowerShell doesn't interpret: %s", (_, value, declared, wire) => {
    expect(wireValue(value, declared, namespace)).toEqual(wire);
  });

  it("has its keys with their declared types, in any case", () => {
    const path = CimInstancePath.parse('msvm_computersystem.name="x",creationclassname="y"');
    expect(wirePath(path, namespace)).toEqual({
      className: "=msvm_computersystem",
      namespace: `=${namespace}`,
      keys: [
        { name: "=name", type: "string", value: "=x" },
        { name: "=creationclassname", type: "string", value: "=y" },
      ],
    });
  });
});

describe("an instance from the worker", () => {
  const instance = (className: string, properties: WireInstance["properties"], keys: string[] = []): WireInstance => ({
    className,
    namespace,
    properties,
    keys,
  });

  it("gets its path from the schema's keys, else from the marked keys, else from all properties", () => {
    const paths = [
      instance("Msvm_ConcreteJob", { InstanceID: "a", JobState: 4 }),
      instance("Msvm_StorageJob", { InstanceID: "a", JobState: 4 }, ["InstanceID"]),
      instance("Msvm_StorageJob", { InstanceID: "a" }),
    ].map((raw) => readInstance(raw, origin).path.toString());
    expect(paths).toEqual([
      `\\\\HV01\\${namespace}:Msvm_ConcreteJob.InstanceID="a"`,
      `\\\\HV01\\${namespace}:Msvm_StorageJob.InstanceID="a"`,
      `\\\\HV01\\${namespace}:Msvm_StorageJob.InstanceID="a"`,
    ]);
  });

  it("has references as paths, exact 64-bit numbers, and lists of both", () => {
    const reference = { reference: instance("Msvm_VirtualSystemCollection", { CollectionID: "A" }) };
    const read = readValues(
      {
        one: reference,
        many: [reference, reference],
        large: { integer: "18446744073709551615" },
        none: null,
        empty: [],
      },
      origin,
    );
    const path = group.within({ host: "HV01", namespace });
    expect(read).toEqual({ one: path, many: [path, path], large: 18446744073709551615n, none: null, empty: [] });
  });

  it("has an embedded instance as CIM-XML", () => {
    const embedded = {
      ...instance("Msvm_Error", {
        Message: "a < b & c",
        MessageArguments: ["x", "y"],
        ErrorType: 2,
        Size: { integer: "9007199254740993" },
        Owner: { reference: instance("Msvm_ConcreteJob", { InstanceID: "a" }) },
        Nothing: null,
      }),
      types: { MessageArguments: "StringArray", ErrorType: "UInt16", Size: "UInt64", Owner: "Reference" },
    };
    expect(readValues({ error: { embedded } }, origin)).toEqual({
      error:
        '<INSTANCE CLASSNAME="Msvm_Error"><PROPERTY NAME="Message" TYPE="string"><VALUE>a &lt; b &amp; c</VALUE></PROPERTY>' +
        '<PROPERTY.ARRAY NAME="MessageArguments" TYPE="string"><VALUE.ARRAY><VALUE>x</VALUE><VALUE>y</VALUE></VALUE.ARRAY></PROPERTY.ARRAY>' +
        '<PROPERTY NAME="ErrorType" TYPE="uint16"><VALUE>2</VALUE></PROPERTY>' +
        '<PROPERTY NAME="Size" TYPE="uint64"><VALUE>9007199254740993</VALUE></PROPERTY>' +
        `<PROPERTY NAME="Owner" TYPE="string"><VALUE>\\\\HV01\\${namespace}:Msvm_ConcreteJob.InstanceID=&quot;a&quot;</VALUE></PROPERTY></INSTANCE>`,
    });
  });
});
