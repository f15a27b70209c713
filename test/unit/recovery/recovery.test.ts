import { expect, it } from "vitest";
import type { ResourceCall } from "../../../provider/src/process/resource-call";
import { recordFilesInMemory } from "../../../provider/src/recovery/record-files";
import { Recovery } from "../../../provider/src/recovery/recovery";
import { FakeClock } from "../../support/fake-clock";

it("an interrupted wait for a lock is reported as an interruption, not as a problem of the folder", async () => {
  const clock = new FakeClock();
  const recovery = new Recovery({
    clock,
    moment: () => new Date(0),
    liveness: { machine: "0123456789ab", process: "1-1", isAlive: () => true },
    openFiles: () => recordFilesInMemory(),
  });
  const interruption = new AbortController();
  const scope = { backend: "", organization: "organization", project: "project", stack: "test" };
  const call = { scope, resource: "urn", formerResources: [], signal: interruption.signal } as Partial<ResourceCall>;
  const open = () => recovery.open(call as ResourceCall, undefined);
  let end = () => {};
  const first = open().exclusively(
    ["group"],
    () => new Promise<void>((resolve) => (end = resolve)),
    () => {},
  );
  const waiting = open().exclusively(
    ["group"],
    async () => {},
    () => interruption.abort(new Error("interrupted")),
  );
  await expect(clock.run(waiting)).rejects.toThrow(/^interrupted$/);
  end();
  await clock.run(first);
});
