import { describe, expect, it } from "vitest";
import { readCollectionDesignator } from "../../../provider/src/hyperv/collection-designator";

const id = "6B29FC40-CA47-1067-B31D-00DD010662DA";

describe("the input `collection`", () => {
  it.each([
    ["web-tier", { kind: "name", name: "web-tier" }],
    ['it\'s "odd" {but} a name', { kind: "name", name: 'it\'s "odd" {but} a name' }],
    ["a-b-c-d-e", { kind: "name", name: "a-b-c-d-e" }],
    [id, { kind: "id", id }],
    [`{${id.toLowerCase()}}`, { kind: "id", id }],
    [`\\\\HV01\\root\\virtualization\\v2:Msvm_VirtualSystemCollection.CollectionID="${id}"`, { kind: "path", id }],
    [`msvm_virtualsystemcollection.collectionid="{${id.toLowerCase()}}"`, { kind: "path", id }],
  ])("%s", (text, designator) => expect(readCollectionDesignator(text)).toEqual(designator));

  it.each([
    ["", "it is empty"],
    ["{6B29FC40-CA47}", "it looks like a GUID but is malformed"],
    ["6B29FC40-CA47-1067-B31D-00DD010662D", "it looks like a GUID but is malformed"],
    ['\\\\HV01\\root\\virtualization\\v2:Msvm_ComputerSystem.Name="x"', "it names Msvm_ComputerSystem"],
    ['Msvm_VirtualSystemCollection.CollectionID="web-tier"', "it names Msvm_VirtualSystemCollection"],
    ['Msvm_VirtualSystemCollection.CollectionID="6B29', "expected a value"],
  ])("is refused where it is malformed: %j", (text, said) =>
    expect(() => readCollectionDesignator(text)).toThrow(said),
  );
});
