import { afterEach, describe, expect, it, vi } from "vitest";
import { DynamicAdapter } from "../../provider/src/dynamic/adapter";
import { CimError } from "../../provider/src/errors";
import type * as SnapshotService from "../../provider/src/hyperv/collection-snapshot-service";
import type * as Jobs from "../../provider/src/jobs/concrete-job";
import type { JobReading } from "../../provider/src/jobs/concrete-job";
import { JobMonitor } from "../../provider/src/jobs/job-monitor";
import type { ResourceCall } from "../../provider/src/process/resource-call";
import { Journal } from "../../provider/src/recovery/journal";
import type * as Policy from "../../provider/src/recovery/policy";
import { ResourceRecovery } from "../../provider/src/recovery/recovery";
import type * as Discard from "../../provider/src/snapshot/discard";
import type * as SnapshotOperation from "../../provider/src/snapshot/finish";
import type * as Update from "../../provider/src/snapshot/update";
import type { Operation } from "./operations";
import { walk } from "./walk";
import type { WorldOptions } from "./world";

/** The functions that a mutation replaces. */
const mutated = vi.hoisted(() => ({
  policy: {} as Partial<typeof Policy>,
  requestSnapshot: undefined as typeof SnapshotService.requestSnapshot | undefined,
  discardRecord: undefined as typeof Discard.discardRecord | undefined,
  readingTime: undefined as typeof Jobs.readingTime | undefined,
  unanswered: undefined as typeof SnapshotOperation.unanswered | undefined,
  endOfDelete: undefined as typeof Update.endOfDelete | undefined,
}));

vi.mock(import("../../provider/src/jobs/concrete-job"), async (importOriginal) => {
  const real = await importOriginal();
  return { ...real, readingTime: (reading) => (mutated.readingTime ?? real.readingTime)(reading) };
});

vi.mock(import("../../provider/src/snapshot/update"), async (importOriginal) => {
  const real = await importOriginal();
  return { ...real, endOfDelete: (...all) => (mutated.endOfDelete ?? real.endOfDelete)(...all) };
});

vi.mock(import("../../provider/src/snapshot/finish"), async (importOriginal) => {
  const real = await importOriginal();
  return { ...real, unanswered: (record) => (mutated.unanswered ?? real.unanswered)(record) };
});

vi.mock(import("../../provider/src/recovery/policy"), async (importOriginal) => {
  const real = await importOriginal();
  const names = ["decideOnCreate", "decideOnUpdate", "decideOnDelete", "isUnsettled", "isResultOf"] as const;
  const call =
    (name: (typeof names)[number]) =>
    (...parameters: never[]) =>
      ((mutated.policy[name] ?? real[name]) as (...p: never[]) => unknown)(...parameters);
  return { ...real, ...(Object.fromEntries(names.map((name) => [name, call(name)])) as Partial<typeof real>) };
});

vi.mock(import("../../provider/src/hyperv/collection-snapshot-service"), async (importOriginal) => {
  const real = await importOriginal();
  return {
    ...real,
    requestSnapshot: (...parameters) => (mutated.requestSnapshot ?? real.requestSnapshot)(...parameters),
  };
});

vi.mock(import("../../provider/src/snapshot/discard"), async (importOriginal) => {
  const real = await importOriginal();
  return {
    ...real,
    discardRecord: (...parameters) => (mutated.discardRecord ?? real.discardRecord)(...parameters),
  };
});

const real = await vi.importActual<typeof Policy>("../../provider/src/recovery/policy");
const { requestSnapshot } = await vi.importActual<typeof SnapshotService>(
  "../../provider/src/hyperv/collection-snapshot-service",
);
const { endOfDelete } = await vi.importActual<typeof Update>("../../provider/src/snapshot/update");
const { discardRecord } = await vi.importActual<typeof Discard>("../../provider/src/snapshot/discard");

afterEach(() => {
  mutated.policy = {};
  mutated.requestSnapshot = undefined;
  mutated.discardRecord = undefined;
  mutated.readingTime = undefined;
  mutated.unanswered = undefined;
  mutated.endOfDelete = undefined;
  vi.restoreAllMocks();
});

/** A mistake in the protocol, and the history that shows it when one of its operations is interrupted at some step. */
interface Mutation {
  readonly name: string;
  readonly mutate: () => void;
  /** Of the first stack, unless `1` is written before it. */
  readonly history: readonly (Operation | readonly [1, Operation])[];
  /** Which of its operations is interrupted; the last but one where nothing is said, none where it is negative. */
  readonly interrupted?: number;
  readonly options?: WorldOptions;
}

const mutations: readonly Mutation[] = [
  {
    name: "a returned record is resumed, although the state has it",
    mutate: () => {
      mutated.policy.decideOnCreate = (records, situation) =>
        real.decideOnCreate(records, { ...situation, saved: situation.saved === "unknown" ? "unknown" : null });
      changeCalls({ savedIds: async () => new Set() });
    },
    history: ["up", "replace"],
  },
  {
    name: "a returned record is never resumed",
    mutate: () => {
      mutated.policy.decideOnCreate = (records, situation) =>
        real
          .decideOnCreate(records, situation)
          .map(({ record, fate }) => ({ record, fate: record.phase === "returned" ? "forget" : fate }));
    },
    history: ["up", "up"],
  },
  {
    name: "a delete writes no record",
    mutate: () => {
      vi.spyOn(Journal.prototype, "noteDelete").mockResolvedValue();
    },
    history: ["up", "destroy", "up"],
  },
  {
    name: "a delete that is still running is ignored",
    mutate: () => {
      mutated.endOfDelete = async (operation, outputs, path) => {
        const end = await endOfDelete(operation, outputs, path, operation.clock.now());
        return end === "underWay" ? "kept" : end;
      };
    },
    history: ["up", "destroy", "up"],
  },
  {
    name: "the delete of a group writes no record",
    mutate: () => {
      vi.spyOn(Journal.prototype, "noteDelete").mockResolvedValue();
    },
    history: ["group up", "group destroy", "group up"],
  },
  {
    name: "the job of an incomplete snapshot isn't marked",
    mutate: () => {
      const { markOwned } = Journal.prototype;
      vi.spyOn(Journal.prototype, "markOwned").mockImplementation(async function (this: Journal, id, owned) {
        if (owned.job === undefined) await markOwned.call(this, id, owned);
      });
    },
    history: ["up, with too short a timeout", "replace, unknown state", "up"],
  },
  {
    name: "diff ignores records",
    mutate: () => {
      mutated.policy.isUnsettled = () => false;
    },
    history: ["up", "replace", "up"],
  },
  {
    name: "delete discards what was returned, too",
    mutate: () => {
      mutated.policy.decideOnDelete = real.decideOnUpdate;
      changeCalls({ savedIds: async () => new Set() });
      vi.spyOn(ResourceRecovery.prototype, "hasReturned").mockReturnValue(false);
    },
    history: ["up", "replace"],
    options: { dependents: "kept", classForgetsNothing: true },
  },
  {
    name: "update discards nothing",
    mutate: () => {
      mutated.policy.decideOnUpdate = (records) => records.map((record) => ({ record, fate: "ignore" }));
    },
    history: ["up", "replace", "up"],
  },
  {
    name: "a retained snapshot is considered again",
    mutate: () => {
      const { list } = Journal.prototype;
      vi.spyOn(Journal.prototype, "list").mockImplementation(async function (this: Journal, connection) {
        const records = await list.call(this, connection);
        return records.map((record) => (record.phase === "retained" ? { ...record, phase: "returned" } : record));
      });
    },
    history: ["up", "up, unknown state", "replace"],
    interrupted: 0,
  },
  {
    name: "the class doesn't remove the record of what is saved",
    mutate: () => {},
    history: ["up", "forget", "up"],
    options: { dependents: "kept", classForgetsNothing: true },
  },
  {
    name: "the result of a record is discarded although the state holds it under another id",
    mutate: () => {
      vi.spyOn(Journal.prototype, "settleMarks").mockResolvedValue();
      mutated.policy.isUnsettled = (records, held) =>
        real.isUnsettled(records, { ...held, snapshotCollectionId: null });
      mutated.policy.decideOnUpdate = (records, held) =>
        real.decideOnUpdate(records, { ...held, snapshotCollectionId: null });
      mutated.discardRecord = (operation, record, discarding) =>
        discardRecord(operation, record, { ...discarding, held: undefined });
    },
    history: ["up", "import", "up"],
    interrupted: 0,
  },
  {
    name: "a delete acts on records under a name that the stack no longer has",
    mutate: () => changeCalls({ isCurrent: async () => true }),
    history: ["up", "swap names", [1, "up"], "destroy"],
    interrupted: 2,
  },
  {
    name: "a returned record is resumed, although a renamed stack has it",
    mutate: () => changeCalls({ savedIds: async () => new Set() }),
    history: [[1, "up, the job of its naming fails"], "swap names", "up"],
    interrupted: -1,
  },
  {
    name: "the job of a naming isn't waited for",
    mutate: () => endAtOnce("ModifySystemSettings"),
    history: ["up, named by a job"],
    interrupted: -1,
  },
  {
    name: "the failed job of a naming is taken for the snapshot's",
    mutate: () => {
      const { waitFor } = JobMonitor.prototype;
      vi.spyOn(JobMonitor.prototype, "waitFor").mockImplementation(function (this: JobMonitor, path, options) {
        return waitFor.call(this, path, { ...options, operation: "CreateSnapshot" });
      });
    },
    history: ["up, the job of its naming fails", "up"],
    interrupted: -1,
  },
  {
    name: "the jobs of a group's methods aren't waited for",
    mutate: () => endAtOnce("DefineCollection"),
    history: ["group up"],
    interrupted: -1,
  },
  {
    name: "the record of a group isn't written",
    mutate: () => {
      const { list } = Journal.prototype;
      vi.spyOn(Journal.prototype, "list").mockImplementation(async function (this: Journal, connection) {
        const records = await list.call(this, connection);
        return records.filter(({ subject }) => subject.path !== "");
      });
    },
    history: ["group up", "group up"],
  },
  {
    name: "an error number that proves nothing is taken for a refusal",
    mutate: () => {
      mutated.requestSnapshot = async (...parameters) => {
        const sent = await requestSnapshot(...parameters);
        if (sent.kind === "outcomeUnknown" && CimError.isInstance(sent.cause))
          throw sent.cause.with({ effect: "none" });
        return sent;
      };
    },
    history: ["up, failing after it took effect", "up"],
    interrupted: -1,
  },
  {
    name: "a forgotten job's result is whatever the group has gained",
    mutate: () => {
      mutated.readingTime = () => "2999-01-01T00:00:00.000Z";
    },
    history: ["up, its job fails", "ten minutes pass", "foreign snapshot", "up"],
    interrupted: 0,
  },
  {
    name: "the result of an unanswered request is whatever the group has gained",
    mutate: () => {
      mutated.unanswered = () => ({ outcomeUnknown: true, until: "2999-01-01T00:00:00.000Z" });
    },
    history: ["up, its job fails", "ten minutes pass", "foreign snapshot", "up"],
    interrupted: 0,
  },
  {
    name: "records of former names aren't found",
    mutate: () => {
      const { list } = Journal.prototype;
      vi.spyOn(Journal.prototype, "list").mockImplementation(async function (this: Journal, connection) {
        const { identity } = this as unknown as { readonly identity: { readonly resource: string } };
        return (await list.call(this, connection)).filter(({ resource }) => resource === identity.resource);
      });
    },
    history: ["up", "rename", "up"],
    interrupted: 0,
  },
];

/** Changes what the core learns about each of its calls. */
function changeCalls(changes: Partial<ResourceCall>): void {
  const adapter = DynamicAdapter.prototype as unknown as { call: (...p: unknown[]) => Promise<ResourceCall> };
  const { call } = adapter;
  vi.spyOn(adapter, "call").mockImplementation(async function (this: unknown, ...parameters) {
    return { ...(await call.apply(this, parameters)), ...changes };
  });
}

/** Takes every job of a method for done at once. */
function endAtOnce(operation: string): void {
  const { waitFor } = JobMonitor.prototype;
  vi.spyOn(JobMonitor.prototype, "waitFor").mockImplementation(function (this: JobMonitor, path, options) {
    return options.operation === operation ? Promise.resolve({} as JobReading) : waitFor.call(this, path, options);
  });
}

/** Interrupts an operation at one step after the other. @returns What goes wrong first, and after how many histories. */
async function firstWrong(mutation: Mutation) {
  const { history, interrupted = history.length - 2, options = { dependents: "kept" } } = mutation;
  let tried = 0;
  for (const kind of ["both", "engine"] as const) {
    for (let at = 1; at <= (interrupted < 0 ? 1 : 120); at += 1) {
      const acts = history.map((entry, index) => ({
        ...(typeof entry === "string"
          ? { stack: 0 as const, operation: entry }
          : { stack: entry[0], operation: entry[1] }),
        ...(index === interrupted && { kill: { at, kind } }),
      }));
      tried += 1;
      const wrong = await walk(options, acts);
      if (wrong) return { wrong, tried };
    }
  }
  return { wrong: undefined, tried };
}

describe("the model tests catch a mistake in the protocol", () => {
  it.each(mutations)("$name", async (mutation) => {
    mutation.mutate();
    const { wrong, tried } = await firstWrong(mutation);
    expect(wrong).toBeDefined();
    console.log(`${mutation.name}: ${wrong} (history ${tried})`);
  });
});
