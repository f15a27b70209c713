import { readFileSync } from "node:fs";
import * as v from "valibot";
import { InvalidArgumentError } from "../errors";
import { issueText } from "../schema-issue";

const described = <Schema extends v.GenericSchema>(schema: Schema, text: string) => v.pipe(schema, v.description(text));

/** What {@link Recording.format} says. */
export const recordingFormat = "pulumi-hyperv-snapshots probe recording";

/** The {@link Recording.version} that this package writes, and the newest that it reads. */
export const recordingVersion = 1;

/** What a member's state is called in a recording. */
export const memberStates = ["running", "off", "saved", "paused", "other"] as const;

const member = v.strictObject({
  machine: described(v.pipe(v.string(), v.regex(/^machine-\d+$/)), "What stands for the machine's name."),
  state: described(v.picklist(memberStates), "What it was doing when the probe began."),
  configurationVersion: described(v.nullable(v.string()), "Configuration version; null where the host didn't say."),
  checkpointType: described(v.nullable(v.number()), "UserSnapshotType; null where the host didn't say."),
  checkpoints: described(v.pipe(v.number(), v.integer(), v.minValue(0)), "How many it had when the probe began."),
});

const answer = v.strictObject({
  question: described(v.pipe(v.string(), v.nonEmpty()), "Its id in the table of questions."),
  answer: described(v.nullable(v.string()), "What the host does, in one word; null where that wasn't learnt."),
  because: v.optional(described(v.string(), "Why it wasn't learnt.")),
  observed: v.optional(
    described(v.record(v.string(), v.unknown()), "What the answer was seen by; names and ids replaced."),
  ),
});

/** What a probe of a host found; `recording.schema.json` says the same as JSON schema. */
export const recordingSchema = v.strictObject({
  $schema: v.optional(v.string()),
  format: v.literal(recordingFormat),
  version: v.literal(recordingVersion),
  madeBy: described(
    v.picklist(["a host", "the simulated host"]),
    "Who answered. The simulated host's answers aren't evidence of what hosts do.",
  ),
  label: v.optional(described(v.string(), "What the person who asked says of the host, word for word.")),
  tookSnapshots: described(v.boolean(), "Whether snapshots were taken; without them most questions stay open."),
  members: described(v.array(member), "The members of the group."),
  answers: v.array(answer),
  left: described(
    v.pipe(v.number(), v.integer(), v.minValue(0)),
    "How many things that the probe made couldn't be removed.",
  ),
});

/** What a probe of a host found. */
export type Recording = v.InferOutput<typeof recordingSchema>;

/** What a probe found out about one question. */
export type RecordedAnswer = Recording["answers"][number];

/** A member of the group, as a recording holds it. */
export type RecordedMember = Recording["members"][number];

/**
 * Reads a recording.
 *
 * @throws {@link InvalidArgumentError} when the file can't be read, or isn't one, or was written by a newer version.
 */
export function readRecording(file: string): Recording {
  const wrong = (answer: string, remedy: string, cause?: unknown) =>
    new InvalidArgumentError(
      { attempted: "Reading a recording", target: file, answer, outcome: "It was not used", remedy },
      { cause },
    );
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw wrong(
      cause instanceof SyntaxError ? "it isn't JSON" : "it can't be read",
      "Give a file that hyperv-snapshots probe wrote",
      cause,
    );
  }
  const { format, version } = (content ?? {}) as { format?: unknown; version?: unknown };
  if (format === recordingFormat && typeof version === "number" && version > recordingVersion) {
    throw wrong(`it is of version ${version}, and this package reads ${recordingVersion}`, "Update the package");
  }
  const { success, output, issues } = v.safeParse(recordingSchema, content);
  if (success) return output;
  const [issue] = issues;
  const place = issue.path?.map(({ key }) => String(key)).join(".");
  throw wrong(
    `${place ? `${place}: ` : ""}${issueText(issue, recordingSchema)}`,
    "Give a file that hyperv-snapshots probe wrote, as it is",
  );
}
