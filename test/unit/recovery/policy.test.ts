import { describe, expect, it } from "vitest";
import {
  decideOnCreate,
  decideOnDelete,
  decideOnUpdate,
  type Fate,
  isUnsettled,
  type Saved,
} from "../../../provider/src/recovery/policy";
import type { Intent } from "../../../provider/src/recovery/record";

const intent = (id: string, phase: Intent["phase"], inputs = "same"): Intent => ({
  version: 1,
  id,
  number: 1,
  phase,
  beganAt: "2026-11-23T06:42:00.000Z",
  where: { host: "HV01", namespace: "root\\virtualization\\v2" },
  who: { organization: "organization", urn: "urn", backend: "" },
  inputs,
  group: { collectionId: "1", collectionPath: "" },
  members: [],
  pending: { job: null, before: [], made: null },
});

const fatesOnCreate = (intents: readonly Intent[], saved: Saved, isRecent = true) =>
  decideOnCreate(intents, { saved, inputs: "same", isRecent: () => isRecent }).map(({ fate }) => fate);

describe("create", () => {
  const phases = ["started", "accepted", "made"] as const;

  type Case = [Intent["phase"], Saved, { readonly inputs?: string; readonly isRecent?: boolean }, Fate];

  it.each<Case>([
    ...phases.map((phase): Case => [phase, null, {}, "goOn"]),
    ...phases.map((phase): Case => [phase, "unknown", {}, "goOn"]),
    ...phases.map((phase): Case => [phase, null, { inputs: "other" }, "abandon"]),
    ...phases.map((phase): Case => [phase, null, { isRecent: false }, "abandon"]),
    ["returned", "a", {}, "forget"],
    ["returned", "a", { inputs: "other" }, "forget"],
    ["returned", "unknown", {}, "leave"],
    ["returned", null, {}, "goOn"],
    ["returned", null, { inputs: "other" }, "leave"],
    ["returned", null, { isRecent: false }, "leave"],
    ["returned", "another", {}, "goOn"],
    ["returned", "another", { inputs: "other" }, "abandon"],
    ["left", null, {}, "passBy"],
    ["left", "a", {}, "passBy"],
    ["abandoned", null, {}, "abandon"],
  ])("one that is %s, where the state holds %j (%j), it will %s", (phase, saved, { inputs, isRecent }, fate) => {
    expect(fatesOnCreate([intent("a", phase, inputs)], saved, isRecent)).toEqual([fate]);
  });

  it("goes on with the newest that fits, and with no other", () => {
    const intents = [intent("c", "started", "other"), intent("b", "accepted"), intent("a", "made")];
    expect(fatesOnCreate(intents, null)).toEqual(["abandon", "goOn", "abandon"]);
  });
});

describe("update and delete", () => {
  const intents = [
    intent("own", "returned"),
    intent("left", "left"),
    intent("returned", "returned"),
    intent("accepted", "accepted"),
    intent("abandoned", "abandoned"),
  ];

  it("update clears up everything but what was left alone", () => {
    const fates = decideOnUpdate(intents, "own").map(({ fate }) => fate);
    expect(fates).toEqual(["forget", "passBy", "abandon", "abandon", "abandon"]);
  });

  it("delete leaves one that was returned: it may be the replacement that was just made", () => {
    const fates = decideOnDelete(intents, "own").map(({ fate }) => fate);
    expect(fates).toEqual(["forget", "passBy", "passBy", "abandon", "abandon"]);
  });

  it("diff reports a change only where update has something to clear up", () => {
    expect(isUnsettled(intents, "own")).toBe(true);
    expect(isUnsettled(intents.slice(0, 2), "own")).toBe(false);
    expect(isUnsettled([], "own")).toBe(false);
  });
});
