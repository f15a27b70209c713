import { readFileSync } from "node:fs";
import * as v from "valibot";
import { InvalidArgumentError } from "../errors";
import { issueText } from "../schema-issue";
import { guidFrom } from "./guid";
import { defaultOptions, type HostOptions } from "./host-options";
import { jobMethods, type ResolvedSeed, seedSchema } from "./seed";

const defaultTiming = { seconds: 2, progress: "linear", cancellable: true } as const;

/**
 * Reads a seed file.
 *
 * @throws {@link InvalidArgumentError} when it can't be read, isn't JSON, or breaks the schema; the message names each place.
 */
export function readSeedFile(seedFile: string): ResolvedSeed {
  let text: string;
  try {
    text = readFileSync(seedFile, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const answer = code === "ENOENT" ? "there is no such file" : `it can't be read (${code})`;
    throw seedError(seedFile, answer, "Give the path of a readable seed file", error);
  }
  let seed: unknown;
  try {
    seed = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    throw seedError(seedFile, `it isn't JSON${placeOfSyntaxError(text, error)}`, "Correct the file", error);
  }
  return resolveSeed(seed, seedFile);
}

/**
 * Checks a seed and fills in what it leaves out: ids made from names, so that they are the same every time, and defaults.
 *
 * @throws {@link InvalidArgumentError} when it breaks the schema; the message names each place and what would be right.
 */
export function resolveSeed(seed: unknown, origin = "the given seed"): ResolvedSeed {
  const parsed = v.safeParse(seedSchema, seed);
  if (!parsed.success) {
    const places = parsed.issues.map((issue) => `${placeOf(issue)}: ${issueText(issue, seedSchema)}`);
    throw seedError(origin, places.join("; "), "Correct each of these places; seed.schema.json describes the form");
  }
  const { hostName, build, options, jobs, mergeSeconds } = parsed.output;
  const machines = parsed.output.machines.map((machine, at, all) => ({
    ...machine,
    id: (machine.id ?? guidFrom("machine", hostName, machine.name, ordinal(all, at))).toUpperCase(),
  }));
  const groups = parsed.output.groups.map((group, at, all) => ({
    id: (group.id ?? guidFrom("group", hostName, group.name, ordinal(all, at))).toUpperCase(),
    name: group.name,
    memberIds: group.members.map((member, index) => {
      const place = `groups[${at}].members[${index}]`;
      return memberId(machines, member, "machine", place, origin);
    }),
  }));
  const managementGroups = parsed.output.managementGroups.map((group, at, all) => ({
    id: (group.id ?? guidFrom("management group", hostName, group.name, ordinal(all, at))).toUpperCase(),
    name: group.name,
    memberIds: group.members.map((member, index) => {
      const place = `managementGroups[${at}].members[${index}]`;
      return memberId(groups, member, "group", place, origin);
    }),
  }));
  refuseDuplicates(machines, "machines", origin);
  refuseDuplicates(groups, "groups", origin);
  refuseDuplicates([...groups, ...managementGroups], "managementGroups", origin);
  return {
    hostName,
    build,
    machines,
    groups,
    managementGroups,
    options: { ...defaultOptions, ...(options as Partial<HostOptions>) },
    jobs: Object.fromEntries(
      jobMethods.map((method) => [method, jobs[method] ?? defaultTiming]),
    ) as unknown as ResolvedSeed["jobs"],
    mergeSeconds,
  };
}

/** Counts the earlier entries with the same name. */
function ordinal(all: readonly { readonly name: string }[], at: number): number {
  return all.slice(0, at).filter(({ name }) => name === all[at]?.name).length;
}

function memberId(
  candidates: readonly { readonly id: string; readonly name: string }[],
  member: string,
  kind: "machine" | "group",
  place: string,
  origin: string,
): string {
  const found = candidates.filter(({ id, name }) => name === member || id === member.toUpperCase());
  const [only, another] = found;
  if (only !== undefined && another === undefined) return only.id;
  const names = candidates.map(({ name }) => name).join(", ") || "none";
  throw found.length === 0
    ? seedError(
        origin,
        `${place}: no ${kind} is called ${JSON.stringify(member)}`,
        `Name one of the seed's ${kind}s: ${names}`,
      )
    : seedError(
        origin,
        `${place}: ${found.length} ${kind}s are called ${JSON.stringify(member)}`,
        `Use the GUID of the one that is meant: ${found.map(({ id }) => id).join(", ")}`,
      );
}

function refuseDuplicates(objects: readonly { readonly id: string }[], list: string, origin: string): void {
  const seen = new Set<string>();
  for (const [at, { id }] of objects.entries()) {
    if (seen.has(id))
      throw seedError(origin, `${list}[${at}].id: another one has the id ${id}`, "Give each an id of its own");
    seen.add(id);
  }
}

function placeOf(issue: v.BaseIssue<unknown>): string {
  const path = issue.path?.map(({ key }) => (typeof key === "number" ? `[${key}]` : `.${String(key)}`)).join("");
  return path?.replace(/^\./, "") || "the whole";
}

function seedError(origin: string, answer: string, remedy: string, cause?: unknown): InvalidArgumentError {
  return new InvalidArgumentError(
    { attempted: "Reading a seed", target: origin, answer, outcome: "No simulated host was made", remedy },
    { cause },
  );
}

/** Says in which line a text stops being JSON; nothing where the engine doesn't tell. */
function placeOfSyntaxError(text: string, error: unknown): string {
  const position = /position (\d+)/.exec(String(error))?.[1];
  return position === undefined ? "" : ` (line ${text.slice(0, Number(position)).split("\n").length})`;
}
