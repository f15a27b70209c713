import { describe, expect, it } from "vitest";
import type { Saved } from "../../../provider/src/process/resource-call";
import {
  decideOnCreate,
  decideOnDelete,
  decideOnUpdate,
  type Fate,
  isUnsettled,
} from "../../../provider/src/recovery/policy";
import type { Phase, RecoveryRecord } from "../../../provider/src/recovery/record";

const made = 'Msvm_SnapshotCollection.CollectionID="AAAA"';

const record = (id: string, phase: Phase, digest = "same"): RecoveryRecord => ({
  version: 1,
  id,
  number: 1,
  phase,
  beganAt: "2026-11-23T06:42:00.000Z",
  scope: { backend: "", organization: "organization", project: "project", stack: "stack" },
  resource: "urn",
  connection: { transport: "powershell", host: "hv01", hostName: "HV01", namespace: "root\\virtualization\\v2" },
  inputs: { salt: "", digest },
  subject: { class: "Msvm_VirtualSystemCollection", key: "1", path: "" },
  machines: [],
  pending: { job: null, before: [], made: null },
});

const withResult = (one: RecoveryRecord): RecoveryRecord => ({ ...one, pending: { ...one.pending, made } });

const saved = (id: string, snapshotCollectionId: string | null = null): Saved => ({ id, snapshotCollectionId });

const fatesOnCreate = (records: readonly RecoveryRecord[], state: Saved, isRecent = true, isHeld = false) =>
  decideOnCreate(records, {
    saved: state,
    fits: ({ inputs }) => inputs.digest === "same",
    isRecent: () => isRecent,
    isHeld: () => isHeld,
  }).map(({ fate }) => fate);

describe("create", () => {
  const phases = ["requested", "accepted", "made", "named"] as const;

  type Case = [Phase, Saved, { readonly digest?: string; readonly isRecent?: boolean }, Fate];

  it.each<Case>([
    ...phases.map((phase): Case => [phase, null, {}, "resume"]),
    ...phases.map((phase): Case => [phase, "unknown", {}, "resume"]),
    ...phases.map((phase): Case => [phase, null, { digest: "other" }, "discard"]),
    ...phases.map((phase): Case => [phase, null, { isRecent: false }, "discard"]),
    ["returned", saved("a"), {}, "forget"],
    ["returned", saved("a"), { digest: "other" }, "forget"],
    ["returned", "unknown", {}, "retain"],
    ["returned", null, {}, "resume"],
    ["returned", null, { digest: "other" }, "retain"],
    ["returned", null, { isRecent: false }, "retain"],
    ["returned", saved("another"), {}, "resume"],
    ["returned", saved("another"), { digest: "other" }, "discard"],
    ["retained", null, {}, "ignore"],
    ["retained", saved("a"), {}, "ignore"],
    ["discarded", null, {}, "discard"],
  ])("a record that is %s, where the state holds %j (%j): %s", (phase, state, { digest, isRecent }, fate) => {
    expect(fatesOnCreate([record("a", phase, digest)], state, isRecent)).toEqual([fate]);
  });

  it("resumes only the newest matching record", () => {
    const records = [record("c", "requested", "other"), record("b", "accepted"), record("a", "made")];
    expect(fatesOnCreate(records, null)).toEqual(["discard", "resume", "discard"]);
  });

  it("removes a record whose result the state holds under another id, since it was imported", () => {
    expect(fatesOnCreate([withResult(record("a", "made"))], saved("another", "aaaa"))).toEqual(["forget"]);
  });

  it("keeps what a running process has returned, since Pulumi may be about to save it", () => {
    expect(fatesOnCreate([record("a", "returned")], null, true, true)).toEqual(["retain"]);
  });
});

describe("update and delete", () => {
  const held = { id: "own", snapshotCollectionId: "AAAA" };
  const records = [
    record("own", "returned"),
    record("retained", "retained"),
    record("returned", "returned"),
    record("accepted", "accepted"),
    record("discarded", "discarded"),
    withResult(record("imported", "made")),
  ];

  it("update cleans up everything except retained snapshots and the one in the state", () => {
    const fates = decideOnUpdate(records, held).map(({ fate }) => fate);
    expect(fates).toEqual(["forget", "ignore", "discard", "discard", "discard", "forget"]);
  });

  it("delete keeps a returned snapshot, since it may be the new replacement", () => {
    const fates = decideOnDelete(records, held).map(({ fate }) => fate);
    expect(fates).toEqual(["forget", "ignore", "ignore", "discard", "discard", "forget"]);
  });

  it("diff reports a change only where update has something to clean up", () => {
    expect(isUnsettled(records, held)).toBe(true);
    expect(isUnsettled(records.slice(0, 2), held)).toBe(false);
    expect(isUnsettled(records.slice(5), held)).toBe(false);
    expect(isUnsettled([], held)).toBe(false);
  });
});
