import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CimInstance } from "../../../provider/src/cim/cim-instance";
import { CimInstancePath } from "../../../provider/src/cim/cim-instance-path";
import type { CimSession } from "../../../provider/src/cim/cim-session";
import type { CimValue } from "../../../provider/src/cim/cim-value";
import { AccessDeniedError, CimError, ConnectionError, type ErrorParts, JobError } from "../../../provider/src/errors";
import { JobMonitor } from "../../../provider/src/jobs/job-monitor";
import { FakeClock } from "../../support/fake-clock";
import { repositoryFolder } from "../../support/repository";

interface Workflow {
  readonly about: string;
  readonly readings: readonly Record<string, number>[];
  readonly end: { readonly verdict: "succeeded" | "failed" | "timeout"; readonly code?: string };
}

const folder = join(repositoryFolder, "test/fixtures/job-workflows");
const workflows = readdirSync(folder).map((file): [string, Workflow] => [
  file.replace(".json", ""),
  JSON.parse(readFileSync(join(folder, file), "utf8")),
]);

const jobPath = (id: string) => new CimInstancePath({ className: "Msvm_ConcreteJob", keys: { InstanceID: id } });
const parts: ErrorParts = {
  attempted: "Query",
  target: "HV-TEST",
  answer: "no",
  outcome: "nothing",
  remedy: "try again",
};

/** A host that answers queries for jobs, each of which takes a round trip. */
class JobHost {
  readonly queries: string[] = [];
  readonly clock = new FakeClock();
  /** What a job is at some time; null for a job the host doesn't know. */
  readonly read: (id: string, look: number, now: number) => Readonly<Record<string, CimValue>> | null;
  failing: (query: string, count: number) => Error | undefined = () => undefined;
  inFlight = 0;
  mostInFlight = 0;
  private readonly looks = new Map<string, number>();

  constructor(read: JobHost["read"]) {
    this.read = read;
  }

  readonly session = {
    hostName: "HV-TEST",
    query: async (wql: string) => {
      this.queries.push(wql);
      this.inFlight += 1;
      this.mostInFlight = Math.max(this.mostInFlight, this.inFlight);
      await this.clock.sleep(2);
      this.inFlight -= 1;
      const failure = this.failing(wql, this.queries.length);
      if (failure) throw failure;
      return [...wql.matchAll(/InstanceID = '([^']+)'/g)].flatMap(([, id = ""]) => {
        const look = this.looks.get(id) ?? 0;
        this.looks.set(id, look + 1);
        const properties = this.read(id, look, this.clock.now());
        return properties ? [new CimInstance(jobPath(id), properties)] : [];
      });
    },
  } as unknown as CimSession;

  readonly monitor = new JobMonitor(this.session, this.clock, () => 0.5);

  wait(id: string, timeoutMs = 60_000, abortSignal?: AbortSignal) {
    return this.monitor.waitFor(jobPath(id), {
      timeoutMs,
      operation: "CreateSnapshot",
      target: "VM group",
      ...(abortSignal && { abortSignal }),
    });
  }
}

const codeOf = (error: unknown) => (error as { code?: string }).code;

describe("a recorded sequence of readings", () => {
  it.each(workflows)("%s", async (_name, { readings, end }) => {
    const host = new JobHost((_id, look) => readings[Math.min(look, readings.length - 1)] ?? null);
    const promise = host.clock.run(host.wait("a", 20_000));
    if (end.verdict === "succeeded") {
      await expect(promise).resolves.toMatchObject({ jobState: readings.at(-1)?.["JobState"] });
      expect(host.queries).toHaveLength(readings.length);
    } else {
      const error = await promise.catch((reason) => reason);
      expect(JobError.isInstance(error)).toBe(true);
      expect(codeOf(error)).toBe(end.code);
    }
    if (end.verdict === "timeout") expect(host.clock.now()).toBeGreaterThanOrEqual(20_000);
  });
});

describe("a read that fails", () => {
  it("doesn't fail the job", async () => {
    const host = new JobHost((_id, look) => ({ JobState: look < 1 ? 4 : 7, ErrorCode: 0 }));
    host.failing = (_query, count) => (count <= 3 ? new ConnectionError(parts) : undefined);
    await expect(host.clock.run(host.wait("a"))).resolves.toMatchObject({ jobState: 7 });
  });

  it("is reported at the deadline", async () => {
    const host = new JobHost(() => null);
    host.failing = () => new ConnectionError(parts);
    const error = await host.clock.run(host.wait("a", 5_000)).catch((reason) => reason);
    expect(codeOf(error)).toBe("JOB_TIMEOUT");
    expect(error.message).toContain("the last look failed: Query on HV-TEST failed");
  });

  it("for lack of rights ends the wait at once", async () => {
    const host = new JobHost(() => null);
    host.failing = () => new AccessDeniedError(parts);
    const error = await host.clock.run(host.wait("a")).catch((reason) => reason);
    expect(AccessDeniedError.isInstance(error)).toBe(true);
    expect(host.queries).toHaveLength(1);
  });

  it("because a property has the wrong type is tried again", async () => {
    const host = new JobHost((_id, look) => ({ JobState: look === 0 ? "running" : 7, ErrorCode: 0 }));
    await expect(host.clock.run(host.wait("a"))).resolves.toMatchObject({ jobState: 7 });
  });

  it("because the query was too large is taken in halves", async () => {
    const host = new JobHost(() => ({ JobState: 7, ErrorCode: 0 }));
    host.failing = (wql) => (wql.split(" OR ").length > 4 ? new CimError(parts, { hresult: 0x8004106c }) : undefined);
    const ids = Array.from({ length: 15 }, (_, index) => `job${index}`);
    await host.clock.run(Promise.all(ids.map((id) => host.wait(id))));
    expect(
      Math.max(...host.queries.filter((wql) => !host.failing(wql, 0)).map((wql) => wql.split(" OR ").length)),
    ).toBe(4);
  });
});

it("reports a lost job after three reads, or at once if it was read before", async () => {
  const never = new JobHost(() => null);
  expect(codeOf(await never.clock.run(never.wait("a")).catch((reason) => reason))).toBe("JOB_LOST");
  expect(never.queries).toHaveLength(3);
  const once = new JobHost((_id, look) => (look === 0 ? { JobState: 4, ErrorCode: 0 } : null));
  expect(codeOf(await once.clock.run(once.wait("a")).catch((reason) => reason))).toBe("JOB_LOST");
  expect(once.queries).toHaveLength(2);
});

it("reads the job a last time at the deadline", async () => {
  const host = new JobHost((_id, _look, now) => ({ JobState: now >= 1_000 ? 7 : 4, ErrorCode: 0 }));
  await expect(host.clock.run(host.wait("a", 1_000))).resolves.toMatchObject({ jobState: 7 });
});

it("stops waiting when aborted, and doesn't cancel the job", async () => {
  const host = new JobHost(() => ({ JobState: 4, ErrorCode: 0 }));
  const abort = new AbortController();
  const promise = host.wait("a", 60_000, abort.signal);
  const other = host.wait("b", 1_000);
  abort.abort(new Error("enough"));
  await expect(promise).rejects.toThrow("enough");
  expect(codeOf(await host.clock.run(other).catch((reason) => reason))).toBe("JOB_TIMEOUT");
});

it("reads all jobs that are due in one query, never two queries at once", async () => {
  const host = new JobHost((_id, _look, now) => ({ JobState: now > 3_000 ? 7 : 4, ErrorCode: 0 }));
  const ids = Array.from({ length: 40 }, (_, index) => `job${index}`);
  await host.clock.run(Promise.all(ids.map((id) => host.wait(id))));
  expect(host.mostInFlight).toBe(1);
  // 40 jobs go into two queries a look
  expect(host.queries.length).toBeLessThanOrEqual(2 * 25);
  expect(host.queries.every((wql) => wql.split(" OR ").length === 20)).toBe(true);
});

describe("the delay and the number of reads until an end is noticed", () => {
  const measure = async (durationMs: number, percentOf: (share: number) => number | null) => {
    const host = new JobHost((_id, _look, now) => ({
      JobState: now >= durationMs ? 7 : 4,
      PercentComplete: now >= durationMs ? 100 : percentOf(now / durationMs),
      ErrorCode: 0,
    }));
    await host.clock.run(host.wait("a", 2 * durationMs + 10_000));
    return { lateMs: host.clock.now() - durationMs, reads: host.queries.length };
  };
  const roundTripMs = 2;

  it.each([
    [1, 10],
    [10, 35],
    [60, 55],
    [600, 165],
  ])("without usable progress, a job of %i s", async (seconds, mostReads) => {
    for (const percent of [null, 0, 42]) {
      const { lateMs, reads } = await measure(seconds * 1000, () => percent);
      console.log(`job of ${seconds} s, progress stuck at ${percent}: ${reads} reads, ${Math.round(lateMs)} ms late`);
      expect(reads).toBeLessThanOrEqual(mostReads);
      expect(lateMs).toBeLessThanOrEqual(0.1 * seconds * 1000 + 100 + roundTripMs);
    }
  });

  it.each([
    [10, 35],
    [60, 55],
    [600, 165],
  ])("with steady progress, a job of %i s", async (seconds, mostReads) => {
    const { lateMs, reads } = await measure(seconds * 1000, (share) => Math.floor(100 * share));
    console.log(`job of ${seconds} s, steady progress: ${reads} reads, ${Math.round(lateMs)} ms late`);
    expect(reads).toBeLessThanOrEqual(mostReads / 2);
    expect(lateMs).toBeLessThanOrEqual(0.05 * seconds * 1000);
  });
});
