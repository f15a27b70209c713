import fc from "fast-check";
import { expect, it } from "vitest";
import { CimInstancePath } from "../../../provider/src/cim/cim-instance-path";
import { Redactor } from "../../../provider/src/probe/redactor";

const id = "8A496B9C-AF4D-4E98-BD3C-1128CD85320D";

it("replaces an id by the same placeholder each time, in the form that the host wrote", () => {
  const redactor = new Redactor();
  expect(redactor.value(id)).toBe("guid-1");
  expect(redactor.value(`{${id.toLowerCase()}}`)).toBe("{guid-1}");
  expect(redactor.value(`Microsoft:${id}`)).toBe("Microsoft:guid-1");
  const path = new CimInstancePath({ className: "Msvm_SnapshotCollection", keys: { CollectionID: id }, host: "HV01" });
  expect(redactor.value(path)).toBe("Msvm_SnapshotCollection.CollectionID=guid-1");
});

it("redacts machine names, even one that equals a class name", () => {
  const redactor = new Redactor();
  expect(redactor.machine({ vmId: id, vmName: "Msvm_Payroll" })).toBe("machine-1");
  expect(redactor.value("msvm_payroll")).toBe("machine-1");
});

it("redacts every unknown text", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (text) => {
      expect(new Redactor().value(text)).toBe(/^(Msvm|CIM)_[A-Za-z]+$/.test(text) ? text : "some text");
    }),
  );
  expect(new Redactor().value([`${id} of HV01`, "CONTOSO\\operator", "C:\\ClusterStorage", null, 7, true])).toEqual([
    ...Array(3).fill("some text"),
    null,
    7,
    true,
  ]);
});
