import { expect, it } from "vitest";
import { readOwnership } from "../../../provider/src/recovery/ownership";
import { inputsWithUrn, LifecycleInProcess } from "../../support/lifecycle-in-process";

it("the mark of a snapshot that lacks only its name says which snapshot it is", async () => {
  const at = new LifecycleInProcess();
  at.host.injectFault({ method: "ModifySystemSettings", hresult: 0x80041001, times: 3 });
  const { outs } = await at.partial({ ...inputsWithUrn, snapshotName: "before" });
  expect(await readOwnership(at.records)).toMatchObject([{ snapshotCollectionId: outs["snapshotCollectionId"] }]);
});
