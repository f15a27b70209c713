import { afterEach, describe, expect, it, vi } from "vitest";
import { ResourceIntents } from "../../provider/src/recovery/journal";
import type * as Decide from "../../provider/src/recovery/policy";
import { walk } from "./walk";
import type { Operation, WorldOptions } from "./world";

/** The decisions, as a mutation changes them. */
const mutated = vi.hoisted(() => ({ decide: {} as Partial<typeof Decide> }));

vi.mock(import("../../provider/src/recovery/policy"), async (importOriginal) => {
  const real = await importOriginal();
  const names = ["decideOnCreate", "decideOnUpdate", "decideOnDelete", "isUnsettled"] as const;
  const call =
    (name: (typeof names)[number]) =>
    (...parameters: never[]) =>
      ((mutated.decide[name] ?? real[name]) as (...p: never[]) => unknown)(...parameters);
  return { ...real, ...(Object.fromEntries(names.map((name) => [name, call(name)])) as Partial<typeof real>) };
});

const real = await vi.importActual<typeof Decide>("../../provider/src/recovery/policy");

afterEach(() => {
  mutated.decide = {};
  vi.restoreAllMocks();
});

/** A mistake in the protocol, and the history that shows it when one of its operations is cut off at some step. */
interface Mutation {
  readonly name: string;
  readonly mutate: () => void;
  readonly history: readonly Operation[];
  /** Which of its operations is cut off; the last but one where nothing is said. */
  readonly cutOff?: number;
  readonly options?: WorldOptions;
}

const mutations: readonly Mutation[] = [
  {
    name: "a returned intent is gone on with, although the state has it",
    mutate: () => {
      mutated.decide.decideOnCreate = (intents, situation) =>
        real.decideOnCreate(intents, { ...situation, saved: situation.saved === "unknown" ? "unknown" : null });
    },
    history: ["up", "replace"],
  },
  {
    name: "a returned intent is never gone on with",
    mutate: () => {
      mutated.decide.decideOnCreate = (intents, situation) =>
        real
          .decideOnCreate(intents, situation)
          .map(({ intent, fate }) => ({ intent, fate: intent.phase === "returned" ? "forget" : fate }));
    },
    history: ["up", "up"],
  },
  {
    name: "no note of a delete",
    mutate: () => {
      vi.spyOn(ResourceIntents.prototype, "noteDelete").mockResolvedValue();
    },
    history: ["up", "destroy", "up"],
  },
  {
    name: "a repeated delete looks for what was made once more",
    mutate: () => {
      const { notedDelete } = ResourceIntents.prototype;
      vi.spyOn(ResourceIntents.prototype, "notedDelete").mockImplementation(async function (this: ResourceIntents, id) {
        const note = await notedDelete.call(this, id);
        return note && { moment: note.moment };
      });
    },
    history: ["up, with too short a timeout", "change", "foreign snapshot", "up"],
    cutOff: 1,
  },
  {
    name: "the job of one that isn't complete isn't marked",
    mutate: () => {
      vi.spyOn(ResourceIntents.prototype, "markJob").mockResolvedValue();
    },
    history: ["up, with too short a timeout", "replace, unknown state", "up"],
  },
  {
    name: "diff ignores what was begun",
    mutate: () => {
      mutated.decide.isUnsettled = () => false;
    },
    history: ["up", "replace", "up"],
  },
  {
    name: "delete abandons what was returned, too",
    mutate: () => {
      mutated.decide.decideOnDelete = real.decideOnUpdate;
    },
    history: ["up", "replace"],
    options: { dependents: "kept", classForgetsNothing: true },
  },
  {
    name: "update abandons nothing",
    mutate: () => {
      mutated.decide.decideOnUpdate = (intents) => intents.map((intent) => ({ intent, fate: "passBy" }));
    },
    history: ["up", "replace", "up"],
  },
  {
    name: "what was left is looked at again",
    mutate: () => {
      mutated.decide.decideOnCreate = (intents, situation) =>
        real.decideOnCreate(
          intents.map((intent) => (intent.phase === "left" ? { ...intent, phase: "returned" } : intent)),
          situation,
        );
    },
    history: ["up", "up, unknown state", "replace"],
    cutOff: 0,
  },
  {
    name: "the class doesn't remove what has arrived",
    mutate: () => {},
    history: ["up", "forget", "up"],
    options: { dependents: "kept", classForgetsNothing: true },
  },
];

/** Cuts an operation off at one step after the other. @returns What goes wrong first, and after how many histories. */
async function firstWrong({ history, cutOff = history.length - 2, options = { dependents: "kept" } }: Mutation) {
  let tried = 0;
  for (const kind of ["both", "engine"] as const) {
    for (let at = 1; at <= 120; at += 1) {
      const acts = history.map((operation, index) => ({
        stack: 0 as const,
        operation,
        ...(index === cutOff && { kill: { at, kind } }),
      }));
      tried += 1;
      const wrong = await walk(options, acts);
      if (wrong) return { wrong, tried };
    }
  }
  return { wrong: undefined, tried };
}

describe("a mistake in the protocol is caught", () => {
  it.each(mutations)("$name", async (mutation) => {
    mutation.mutate();
    const { wrong, tried } = await firstWrong(mutation);
    expect(wrong).toBeDefined();
    console.log(`${mutation.name}: ${wrong} (history ${tried})`);
  });
});
