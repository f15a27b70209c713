import fc from "fast-check";
import { expect } from "vitest";
import { CimInstance } from "../../provider/src/cim/cim-instance";
import { CimInstancePath } from "../../provider/src/cim/cim-instance-path";
import type { CimSession } from "../../provider/src/cim/cim-session";
import type { CimValue } from "../../provider/src/cim/cim-value";
import {
  AccessDeniedError,
  CimError,
  ConnectionError,
  type ErrorParts,
  ProtocolError,
} from "../../provider/src/errors";
import { JobMonitor } from "../../provider/src/jobs/job-monitor";
import { FakeClock } from "../support/fake-clock";
import { forAny, fuzz } from "./cases";
import { anyText, outcome } from "./inputs";

type Properties = Readonly<Record<string, CimValue>>;

/** What one look at a job meets. */
type Look =
  | { readonly kind: "reading"; readonly properties: Properties }
  | { readonly kind: "absent" | "another" | "twice" }
  | { readonly kind: "failure"; readonly error: unknown };

const parts: ErrorParts = { attempted: "Query", target: "HV", answer: "no", outcome: "nothing", remedy: "again" };
const jobPath = (id: string) => new CimInstancePath({ className: "Msvm_ConcreteJob", keys: { InstanceID: id } });

/** What the schema doesn't let a host answer. */
const wrong: fc.Arbitrary<CimValue> = fc.oneof(
  anyText,
  fc.double(),
  fc.bigInt(),
  fc.boolean(),
  fc.constantFrom<CimValue>(null, Number.NaN, Number.POSITIVE_INFINITY, [], [1, "a"], jobPath("other")),
);
const orWrong = (right: fc.Arbitrary<CimValue>) =>
  fc.oneof({ weight: 5, arbitrary: right }, { weight: 1, arbitrary: wrong });

const properties: fc.Arbitrary<Properties> = fc.record(
  {
    JobState: orWrong(fc.oneof(fc.constantFrom(2, 3, 4, 4, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 32768), fc.integer())),
    ErrorCode: orWrong(fc.constantFrom(0, 0, 0, 0, 32768, 65535)),
    PercentComplete: orWrong(fc.integer({ min: -5, max: 105 })),
    ElapsedTime: orWrong(fc.constantFrom("00000000000500.000000:000", "20261123064200.000000+000")),
    ErrorDescription: orWrong(fc.constantFrom(null, "Der Vorgang ist fehlgeschlagen.")),
    ErrorSummaryDescription: orWrong(anyText),
    Cancellable: orWrong(fc.boolean()),
  },
  { requiredKeys: [] },
);

const look: fc.Arbitrary<Look> = fc.oneof(
  { weight: 6, arbitrary: properties.map((read) => ({ kind: "reading", properties: read }) as const) },
  { weight: 3, arbitrary: fc.constant({ kind: "reading", properties: { JobState: 4, ErrorCode: 0 } } as const) },
  { weight: 1, arbitrary: fc.constantFrom("absent", "another", "twice").map((kind) => ({ kind }) as const) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(
        new ConnectionError(parts),
        new ProtocolError(parts),
        new CimError(parts, { hresult: 0x8004106c }),
        new AccessDeniedError(parts),
        new TypeError("a bug of a transport"),
      )
      .map((error) => ({ kind: "failure", error }) as const),
  },
);

const sequence = fc.record({
  looks: fc.array(look, { minLength: 1, maxLength: 12 }),
  timeoutMs: fc.oneof(fc.nat({ max: 60_000 }), fc.constantFrom(0, 1, 99)),
});

/** The longest that a look takes here, on the fake clock. */
const lookMs = 2000;

/** A host that shows each job as its sequence says; the last look repeats itself. */
class JobHost {
  readonly clock = new FakeClock(2);
  /** What was really shown of each job, in order. */
  readonly shown = new Map<string, Look[]>();
  readonly monitor: JobMonitor;
  private readonly sequences: ReadonlyMap<string, readonly Look[]>;

  constructor(sequences: ReadonlyMap<string, readonly Look[]>, jitter: number) {
    this.sequences = sequences;
    const session = { hostName: "HV", query: (wql: string) => this.query(wql) } as unknown as CimSession;
    this.monitor = new JobMonitor(session, this.clock, () => jitter);
  }

  private async query(wql: string): Promise<readonly CimInstance[]> {
    await this.clock.sleep((wql.length * 37) % lookMs);
    const ids = [...wql.matchAll(/InstanceID = '(\w+)'/g)].map(([, id = ""]) => id);
    const looks = ids.map((id) => {
      const shown = this.shown.get(id) ?? [];
      const script = this.sequences.get(id) ?? [];
      const now = script[Math.min(shown.length, script.length - 1)] as Look;
      this.shown.set(id, [...shown, now]);
      return { id, now };
    });
    for (const { now } of looks) if (now.kind === "failure") throw now.error;
    return looks.flatMap(({ id, now }) => {
      if (now.kind === "reading") return [new CimInstance(jobPath(id), now.properties)];
      const running = { JobState: 4, ErrorCode: 0 };
      if (now.kind === "twice") return [id, id].map((each) => new CimInstance(jobPath(each), running));
      return now.kind === "absent" ? [] : [new CimInstance(jobPath("another"), { JobState: 7 })];
    });
  }
}

/** Waits for a job, and judges what came of it by what the host really showed. */
async function waitFor(host: JobHost, id: string, timeoutMs: number): Promise<void> {
  const { value, error } = await outcome(() =>
    host.monitor.waitFor(jobPath(id), { timeoutMs, operation: "CreateSnapshot", target: "VM group" }),
  );
  const waitedMs = host.clock.now();
  expect(waitedMs).toBeLessThanOrEqual(timeoutMs + 10 * lookMs);
  const shown = host.shown.get(id) ?? [];
  const last = shown.at(-1);
  const state = last?.kind === "reading" ? last.properties["JobState"] : undefined;
  const errorCode = last?.kind === "reading" ? (last.properties["ErrorCode"] ?? 0) : undefined;
  const isGood = (state === 7 || state === 32768) && errorCode === 0;
  if (value) {
    expect(isGood).toBe(true);
    expect(value.jobState).toBe(state);
    return;
  }
  switch (error.code) {
    case "JOB_FAILED":
    case "JOB_TERMINATED":
    case "JOB_KILLED":
      expect(isGood).toBe(false);
      return expect([7, 8, 9, 10, 32768]).toContain(state);
    case "JOB_LOST":
      return expect(["absent", "another"]).toContain(last?.kind);
    case "CIM_ACCESS_DENIED":
      return expect(shown.length).toBeGreaterThan(0);
    case "JOB_TIMEOUT":
    case "JOB_STATE_UNEXPECTED":
      return expect(waitedMs).toBeGreaterThanOrEqual(timeoutMs);
    default:
      expect.unreachable(`${error.code} isn't an end of a wait`);
  }
}

fuzz("job sequences", {
  "of one job end in time, and succeed only if the host reported success": forAny(
    fc.tuple(sequence, fc.double({ min: 0, max: 1, noNaN: true })),
    async ([{ looks, timeoutMs }, jitter]) => {
      const host = new JobHost(new Map([["job0", looks]]), jitter);
      await host.clock.run(waitFor(host, "job0", timeoutMs));
    },
  ),
  "of concurrent jobs don't affect each other": forAny(
    fc.array(sequence, { minLength: 2, maxLength: 5 }),
    async (sequences) => {
      const host = new JobHost(new Map(sequences.map(({ looks }, at) => [`job${at}`, looks])), 0.5);
      await host.clock.run(Promise.all(sequences.map(({ timeoutMs }, at) => waitFor(host, `job${at}`, timeoutMs))));
    },
  ),
});
