import { createHash } from "node:crypto";
import * as v from "valibot";
import type { Pending } from "../dynamic/hidden-inputs";
import type { Json } from "../dynamic/protocol";
import { StorageError } from "../errors";

/** What a file of intents is written as; a later version reads it, and an earlier one refuses a later one's. */
export const intentVersion = 1;

const pendingSchema: v.GenericSchema<unknown, Pending> = v.object({
  job: v.nullable(v.string()),
  before: v.array(v.string()),
  made: v.nullable(v.string()),
  answerLost: v.exactOptional(v.literal(true)),
  failed: v.exactOptional(v.string()),
});

const intentSchema = v.object({
  version: v.literal(intentVersion),
  id: v.string(),
  number: v.number(),
  phase: v.picklist(["started", "accepted", "made", "returned", "left", "abandoned"]),
  beganAt: v.string(),
  where: v.object({ host: v.string(), namespace: v.string() }),
  who: v.object({ organization: v.string(), urn: v.string(), backend: v.string() }),
  inputs: v.string(),
  // without its name: a program may have given that as a secret
  group: v.object({ collectionId: v.string(), collectionPath: v.string() }),
  members: v.array(v.object({ vmId: v.string(), vmName: v.string() })),
  pending: pendingSchema,
});

/**
 * What was begun: one file for each attempt to create a snapshot, written before the host is asked, since Pulumi saves a
 * resource only after its `create` has answered.
 *
 * - `started`: the request is about to be sent, or was sent and its answer isn't known.
 * - `accepted`: the host has taken it on; `pending.job` is its job.
 * - `made`: the snapshot is there; `pending.made` is the reference.
 * - `returned`: `create` answered Pulumi, which may or may not have saved it.
 * - `left`: it may be kept on purpose, so that it is neither used nor destroyed.
 * - `abandoned`: it is being removed.
 */
export type Intent = v.InferOutput<typeof intentSchema>;

/** Whose an intent is. Intents of others are never touched. */
export type Who = Intent["who"];

/** On which host something was begun. */
export type Where = Intent["where"];

/** A fingerprint of the inputs whose change replaces a snapshot: what was begun for others is of no use. */
export function fingerprint(inputs: Json): string {
  return createHash("sha256").update(canonicalText(inputs)).digest("hex").slice(0, 32);
}

/** JSON with the keys in order: what is the same reads the same. */
function canonicalText(value: Json | undefined): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalText(item as Json)}`).join(",")}}`;
}

/**
 * Reads the text of an intent's file.
 *
 * @param file - For messages.
 * @throws {@link StorageError} when it is damaged or of a later version: without it nobody can tell whether a snapshot
 * was begun, so nothing goes on until a person has looked.
 */
export function readIntent(text: string, file: string): Intent {
  const found = parseJson(text);
  const parsed = v.safeParse(intentSchema, found);
  if (parsed.success) return parsed.output;
  const version = (found as { version?: unknown } | undefined)?.version;
  const isLater = typeof version === "number" && version > intentVersion;
  throw new StorageError(
    {
      attempted: "Reading what an earlier `pulumi up` had begun",
      target: file,
      answer: isLater
        ? `it was written by a later version (its format is ${version}, this one reads ${intentVersion})`
        : `it is damaged (${found === undefined ? "it is no JSON" : `${v.getDotPath(parsed.issues[0])}: ${parsed.issues[0].message}`})`,
      outcome: "Nothing was asked of the host, and the file was left as it is: a snapshot may have been begun",
      remedy: isLater
        ? "Use the later pulumi-hyperv-snapshots"
        : "Look with `hyperv-snapshots list` whether the host has a snapshot that no stack manages, then delete the file",
    },
    { code: "RECORD_UNREADABLE" },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
