import { describe, expect, it } from "vitest";
import { CimInstancePath } from "../../../provider/src/cim/cim-instance-path";
import type { JobReading } from "../../../provider/src/jobs/concrete-job";
import { type EngineMessage, Progress } from "../../../provider/src/process/progress";
import { FakeClock } from "../../support/fake-clock";

const reading = (percentComplete: number): JobReading => ({
  path: CimInstancePath.parse('Msvm_ConcreteJob.InstanceID="1"'),
  jobState: 4,
  percentComplete,
  errorCode: 0,
  errorDescription: null,
  errorSummaryDescription: null,
  cancellable: true,
  elapsedMs: null,
  startedAt: null,
});

/** What is shown of a job of 100 s that is read every 100 ms. */
function shown(hasTerminal: boolean): string[] {
  const clock = new FakeClock();
  const messages: EngineMessage[] = [];
  const progress = new Progress({ hasTerminal, send: (message) => messages.push(message) }, clock, "urn:row");
  for (let at = 0; at < 1000; at += 1) {
    progress.job("snapshot job", reading(Math.floor(at / 10)), clock.now());
    clock.pass(100);
  }
  expect(messages.every(({ ephemeral, urn }) => ephemeral && urn === "urn:row")).toBe(true);
  return messages.map(({ text }) => text);
}

describe("the progress of a job", () => {
  it("is shown twice a second on a terminal", () => {
    expect(shown(true)).toHaveLength(200);
  });

  it("is a line every 15 s or 25 % without a terminal", () => {
    expect(shown(false)).toEqual([0, 15, 30, 45, 60, 75, 90].map((at) => `snapshot job: Running ${at} %, ${at} s`));
  });
});
