import { expect, it } from "vitest";
import type { ResourceCall } from "../../../provider/src/process/resource-call";
import { readAllRecords } from "../../../provider/src/recovery/journal";
import { recordFilesInMemory } from "../../../provider/src/recovery/record-files";
import { Recovery } from "../../../provider/src/recovery/recovery";
import { FakeClock } from "../../support/fake-clock";
import { asLongAsItTakes } from "../../support/lock-wait";

it("an interrupted wait for a lock is reported as an interruption, not as a problem of the folder", async () => {
  const clock = new FakeClock();
  const files = recordFilesInMemory();
  const recovery = () =>
    new Recovery({
      clock,
      moment: () => new Date(0),
      liveness: { machine: "0123456789ab", process: "1-1", isAlive: () => true },
      openFiles: () => files,
    });
  const interruption = new AbortController();
  const scope = { backend: "", organization: "organization", project: "project", stack: "test" };
  const progress = { info: () => interruption.abort(new Error("interrupted")) };
  const call = { scope, resource: "urn", formerResources: [], signal: interruption.signal, progress };
  const open = (one: Recovery) => one.open(call as unknown as ResourceCall, undefined);
  let end = () => {};
  const first = open(recovery()).exclusively(
    ["group"],
    () => new Promise<void>((resolve) => (end = resolve)),
    asLongAsItTakes,
  );
  await clock.run(clock.sleep(1000));
  const waiting = open(recovery()).exclusively(["group"], async () => {}, asLongAsItTakes);
  await expect(clock.run(waiting)).rejects.toThrow(/^interrupted$/);
  end();
  await clock.run(first);
});

it.each(["resume", "discard"] as const)(
  "keeps what a returned record made, instead of '%s', if the states can't be asked who has it",
  async (fate) => {
    const files = recordFilesInMemory();
    const recovery = new Recovery({
      clock: new FakeClock(),
      moment: () => new Date(0),
      liveness: { machine: "0123456789ab", process: "1-1", isAlive: () => true },
      openFiles: () => files,
    });
    const warnings: string[] = [];
    const call = {
      scope: { backend: "", organization: "organization", project: "project", stack: "test" },
      resource: "urn",
      formerResources: [],
      progress: { warn: (text: string) => warnings.push(text) },
      savedIds: async () => "unknown",
    };
    const open = recovery.open(call as unknown as ResourceCall, undefined);
    const begun = await open.journal.begin(
      {
        id: "11111111-1111-1111-1111-111111111111",
        inputs: { salt: "", digest: "" },
        connection: { transport: "simulated", host: "", namespace: "", hostName: "" },
        subject: { class: "", key: "", path: "" },
        machines: [],
        before: [],
      },
      new Date(0),
    );
    const record = await open.journal.advance(begun, "returned");
    const discard = async () => expect.unreachable();
    const resumed = await open.settle([{ record, fate }], { discard, describe: () => "it stays" });
    expect([resumed, warnings]).toEqual([undefined, ["it stays"]]);
    expect(await readAllRecords(files)).toMatchObject([{ phase: "retained" }]);
  },
);
