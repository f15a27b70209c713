import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CimInstancePath } from "../../../provider/src/cim/cim-instance-path";
import { InvalidArgumentError } from "../../../provider/src/errors";

const identifier = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,12}$/);
const keyValue = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.integer(),
  fc.boolean(),
  fc.bigInt({ min: 2n ** 60n, max: 2n ** 64n }),
);

describe("an object path", () => {
  it.each([
    ['\\\\HV01\\root\\virtualization\\v2:Msvm_SnapshotCollection.CollectionID="6B29FC40"', "HV01"],
    ['//HV01/root/virtualization/v2:Msvm_SnapshotCollection.CollectionID="6B29FC40"', "HV01"],
    ['root/virtualization/v2:Msvm_SnapshotCollection.CollectionID="6B29FC40"', undefined],
    ["Msvm_SnapshotCollection.CollectionID='6B29FC40'", undefined],
  ])("is read from %s", (text, host) => {
    const path = CimInstancePath.parse(text);
    expect(path).toMatchObject({ className: "Msvm_SnapshotCollection", keys: { CollectionID: "6B29FC40" }, host });
    if (path.namespace !== undefined) expect(path.namespace).toBe("root\\virtualization\\v2");
  });

  it("survives being written and read again with any values", () => {
    fc.assert(
      fc.property(identifier, fc.dictionary(identifier, keyValue, { minKeys: 1, maxKeys: 3 }), (className, keys) => {
        fc.pre(new Set(Object.keys(keys).map((key) => key.toLowerCase())).size === Object.keys(keys).length);
        const path = new CimInstancePath({ className, keys, namespace: "root\\virtualization\\v2", host: "HV01" });
        const again = CimInstancePath.parse(path.toString());
        expect(again.toString()).toBe(path.toString());
        expect(again.keys).toEqual({ ...keys });
        expect(again.equals(path)).toBe(true);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("equals another as WMI compares them", () => {
    const path = CimInstancePath.parse(
      '\\\\HV01\\root\\virtualization\\v2:Msvm_ComputerSystem.CreationClassName="a",Name="b"',
    );
    expect(path.equals(CimInstancePath.parse('msvm_computersystem.name="B",creationclassname="A"'))).toBe(true);
    expect(path.equals(CimInstancePath.parse('Msvm_ComputerSystem.CreationClassName="a",Name="c"'))).toBe(false);
    expect(
      path.equals(
        CimInstancePath.parse('\\\\HV02\\root\\virtualization\\v2:Msvm_ComputerSystem.CreationClassName="a",Name="b"'),
      ),
    ).toBe(false);
  });

  it("doesn't equal a path whose values only look the same when they are concatenated", () => {
    expect(CimInstancePath.parse('C.a="1,b=2",b="3"').equals(CimInstancePath.parse('C.a="1",b="2,b=3"'))).toBe(false);
  });

  it("keeps a key with any name", () => {
    expect(CimInstancePath.parse('C.__proto__="x"').toString()).toBe('C.__proto__="x"');
  });

  it.each([
    ["", "a class name at character 1"],
    ["Msvm_SnapshotCollection", "a dot and the keys at character 24"],
    ["Msvm_SnapshotCollection.CollectionID", "a key's name and an equals sign at character 25"],
    [
      'Msvm_SnapshotCollection.CollectionID="open',
      "a value: quoted text, a whole number, TRUE or FALSE at character 38",
    ],
    ['Msvm_SnapshotCollection.CollectionID="a" trailing', "a comma or the end at character 41"],
    ['A.x="1",X="2"', "no second X"],
    ['\\\\HV01\\A.x="1"', "a namespace and a colon"],
  ])("is refused with the position of the mistake: %s", (text, said) => {
    const read = () => CimInstancePath.parse(text);
    expect(read).toThrow(said);
    expect(read).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });

  it("is read or refused, never anything else", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."\\\"'=.,:aA1 ") })), (text) => {
        try {
          CimInstancePath.parse(text);
        } catch (error) {
          expect(InvalidArgumentError.isInstance(error)).toBe(true);
        }
      }),
      { seed: 2, numRuns: 1000 },
    );
  });
});
