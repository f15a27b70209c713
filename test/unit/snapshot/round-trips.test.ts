import { expect, it } from "vitest";
import { sequential } from "../../support/delaying-proxy";
import { LifecycleInProcess, standardInputs } from "../../support/lifecycle-in-process";

const requestMs = 1000;

/** A host that answers each request after a second; the looks at a job belong to the job's own wait. */
class FarHost extends LifecycleInProcess {
  private sentAt: number[] = [];

  constructor(completion: "atOnce" | "job") {
    super();
    this.host.setOption("completion", completion);
    for (const verb of ["get", "query", "associators", "references", "invokeMethod"] as const)
      this.host.injectFault({ verb, delaySeconds: requestMs / 1000, times: 1000 });
    this.beforeRequest = () => this.sentAt.push(this.clock.now());
  }

  /** Counts the sequential round trips of a call. */
  async count(call: () => Promise<unknown>): Promise<number> {
    const first = this.requests.length;
    this.sentAt = [];
    await call();
    const trips = this.requests.slice(first).flatMap(({ target }, at) => {
      const from = this.sentAt[at] ?? 0;
      return target.includes("Msvm_ConcreteJob WHERE") ? [] : [{ from, to: from + requestMs }];
    });
    return sequential(trips);
  }
}

it.each(["atOnce", "job"] as const)(
  "a create needs at most 6 sequential requests, naming included: %s",
  async (end) => {
    const far = new FarHost(end);
    expect(await far.count(() => far.create({ ...standardInputs, snapshotName: "before" }))).toBeLessThanOrEqual(6);
    expect(far.requests.length).toBeGreaterThan(10);
  },
);

it("a new name needs at most 2 sequential requests, and a delete at most 7", async () => {
  const far = new FarHost("job");
  const { id, outs } = await far.create({ ...standardInputs, snapshotName: "before" });
  const named = { ...standardInputs, snapshotName: "after" };
  expect(await far.count(() => far.run(far.lifecycle.update(id, outs, named)))).toBeLessThanOrEqual(2);
  expect(await far.count(() => far.run(far.lifecycle.delete(id, outs)))).toBeLessThanOrEqual(7);
});
