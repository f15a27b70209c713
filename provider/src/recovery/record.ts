import { createHmac, randomBytes } from "node:crypto";
import * as v from "valibot";
import { StorageError } from "../errors";
import type { Json, Pending } from "../process/resource-call";

/** The format of a record's file. A later version reads it, and an earlier one refuses a later one's. */
export const recordVersion = 1;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Tells whether a text is a UUID in lower case: only those become part of a path. */
export const isUuid = (text: string): boolean => uuid.test(text);

const pendingSchema: v.GenericSchema<unknown, Pending> = v.object({
  job: v.nullable(v.string()),
  before: v.array(v.string()),
  made: v.nullable(v.string()),
  outcomeUnknown: v.exactOptional(v.literal(true)),
  until: v.exactOptional(v.string()),
  failed: v.exactOptional(v.string()),
});

const recordSchema = v.object({
  version: v.literal(recordVersion),
  id: v.pipe(v.string(), v.regex(uuid, "it isn't a UUID")),
  number: v.number(),
  phase: v.picklist(["requested", "accepted", "made", "named", "returned", "retained", "discarded"]),
  beganAt: v.string(),
  scope: v.object({ backend: v.string(), organization: v.string(), project: v.string(), stack: v.string() }),
  resource: v.string(),
  connection: v.object({ transport: v.string(), host: v.string(), namespace: v.string(), hostName: v.string() }),
  inputs: v.object({ salt: v.string(), digest: v.string() }),
  // a program may have given its name as a secret: only a digest of it is kept, with the salt of the inputs
  subject: v.object({ class: v.string(), key: v.string(), path: v.string(), name: v.exactOptional(v.string()) }),
  machines: v.array(v.object({ vmId: v.string(), vmName: v.string() })),
  pending: pendingSchema,
  returnedBy: v.exactOptional(v.object({ machine: v.string(), process: v.string() })),
});

/**
 * The recovery record of one attempt to create a resource. It is written before the host is asked, since a deployment saves a resource only
 * after its `create` has answered.
 *
 * - `requested`: the request is about to be sent, or it was sent and its outcome isn't known.
 * - `accepted`: the host has started `pending.job`.
 * - `made`: `pending.made` is the result.
 * - `named`: the result has its name.
 * - `returned`: `create` has answered; the deployment may have saved it.
 * - `retained`: it may be kept on purpose, so it is neither used nor destroyed.
 * - `discarded`: it is being removed.
 */
export type RecoveryRecord = v.InferOutput<typeof recordSchema>;

/** How far an attempt has come. */
export type Phase = RecoveryRecord["phase"];

/** How a host is reached, as configured, and the name it gives itself: after a failover only the first is still the same. */
export type RecordedConnection = RecoveryRecord["connection"];

/** Finds the id in a reference to a snapshot collection; undefined in a damaged one. */
export function collectionIdIn(reference: string | null): string | undefined {
  return /CollectionID="([^"]+)"/i.exec(reference ?? "")?.[1];
}

/** A fingerprint of inputs, salted so that secret ones can't be looked up in a table of guesses. */
export type Fingerprint = RecoveryRecord["inputs"];

/** Makes the fingerprint of inputs. */
export function fingerprint(inputs: Json, salt: string = randomBytes(16).toString("hex")): Fingerprint {
  const digest = createHmac("sha256", salt).update(canonicalText(inputs)).digest("hex");
  return { salt, digest };
}

/** Tells whether a record was made for the same inputs. */
export function matches({ salt, digest }: Fingerprint, inputs: Json): boolean {
  return fingerprint(inputs, salt).digest === digest;
}

/** JSON with the keys in order: what is the same reads the same. */
function canonicalText(value: Json | undefined): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(",")}]`;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalText(item as Json)}`).join(",")}}`;
}

/**
 * Reads the text of a record's file.
 *
 * @param file - For messages.
 * @throws {@link StorageError} when it is damaged or of a later version: a snapshot may have been requested, so a person has to look.
 */
export function readRecord(text: string, file: string): RecoveryRecord {
  const found = parseJson(text);
  const parsed = v.safeParse(recordSchema, found);
  if (parsed.success) return parsed.output;
  const version = (found as { version?: unknown } | undefined)?.version;
  const isLater = typeof version === "number" && version > recordVersion;
  throw unreadable(file, {
    answer: isLater
      ? `a later version wrote it (its format is ${version}, this one reads ${recordVersion})`
      : `it is damaged (${found === undefined ? "it isn't JSON" : `${v.getDotPath(parsed.issues[0])}: ${parsed.issues[0].message}`})`,
    remedy: isLater
      ? "Use the later pulumi-hyperv-snapshots"
      : "Look with `hyperv-snapshots list` whether the host has a snapshot that no stack manages, then delete the file",
  });
}

/** Makes the error for a record that can't be used. */
export function unreadable(
  file: string,
  said: { readonly answer: string; readonly remedy: string; readonly cause?: unknown },
): StorageError {
  const { answer, remedy, cause } = said;
  return new StorageError(
    {
      attempted: "Reading the recovery record of an earlier run",
      target: file,
      answer,
      headline: `Can't read the recovery record ${file}: ${answer}`,
      outcome:
        "Nothing was asked of the host, and the file was left as it is: an earlier run may have requested a snapshot",
      remedy,
    },
    { code: "RECORD_UNREADABLE", cause },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
