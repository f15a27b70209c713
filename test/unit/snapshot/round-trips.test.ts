import { expect, it } from "vitest";
import { LifecycleInProcess, standardInputs } from "../../support/lifecycle-in-process";

it("a create needs at most 8 consecutive host requests, including the naming", async () => {
  const at = new LifecycleInProcess();
  at.host.setOption("completion", "atOnce");
  for (const verb of ["get", "query", "associators", "references", "invokeMethod"] as const)
    at.host.injectFault({ verb, delaySeconds: 1, times: 1000 });
  await at.create({ ...standardInputs, snapshotName: "before" });
  expect(at.requests.length).toBeGreaterThan(8);
  expect(at.clock.now()).toBeLessThanOrEqual(8_000);
});
