import * as v from "valibot";
import { InvalidArgumentError } from "../errors";

const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));

/** What befalls a job. */
export const jobFaultSchema = v.strictObject({
  /** Takes this long instead of what the seed says. */
  seconds: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1e9))),
  /** Ends in this state: 7, 8, 9, 10, 32768, or a number that nobody has documented. */
  endState: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535))),
  /** Ends when this percentage is reached; without it, when its time is over. */
  atPercent: v.optional(percent),
  errorCode: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535))),
  errorDescription: v.optional(v.string()),
  /** Runs on at this percentage and never ends. */
  stallAtPercent: v.optional(percent),
  /** The host forgets the job when this percentage is reached. */
  lostAtPercent: v.optional(percent),
  /** ElementName of a member whose snapshot fails, and the job with it; what the others keep, the host's options say. */
  failsMember: v.optional(v.string()),
  /** Whether what was asked for is done all the same; without it, only when the job ends in 7 or 32768 without an error code. */
  takesEffect: v.optional(v.boolean()),
});

/** The kinds of request that a host serves. */
export const hostVerbs = ["get", "query", "associators", "references", "invokeMethod"] as const;

/** A kind of request that a host serves. */
export type HostVerb = (typeof hostVerbs)[number];

const outcomes = ["returnValue", "job", "namesResult", "connection", "delaySeconds"] as const;

/** What befalls methods only. */
const ofMethods = ["returnValue", "job", "namesResult"] as const;

/** A failure to come: for the next request, or the next few, of a method or of a kind. */
export const faultSchema = v.pipe(
  v.strictObject({
    method: v.optional(v.pipe(v.string(), v.nonEmpty())),
    /** A kind of request instead of a method. */
    verb: v.optional(v.picklist(hostVerbs)),
    /** How many requests it meets; 1 where nothing is said. */
    times: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
    /** The method returns this at once, and nothing happens. */
    returnValue: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff))),
    /** What was asked for is done all the same, although the method returns something else. */
    takesEffect: v.optional(v.boolean()),
    job: v.optional(jobFaultSchema),
    /** CollectionID of the snapshot collection that is named as the result, in place of the one that is made. */
    namesResult: v.optional(v.pipe(v.string(), v.nonEmpty())),
    /** The connection is lost before the request takes effect, or after it. */
    connection: v.optional(v.picklist(["lostBefore", "lostAfter"])),
    /** The answer takes this long. */
    delaySeconds: v.optional(v.pipe(v.number(), v.minValue(0))),
  }),
  v.check(
    (fault) => outcomes.filter((name) => fault[name] !== undefined).length === 1,
    `Expected one of ${outcomes.join(", ")}`,
  ),
  v.check(
    ({ method, verb }) => (method === undefined) !== (verb === undefined),
    "Expected method or verb, one of the two",
  ),
  v.check(
    (fault) => fault.verb === undefined || ofMethods.every((name) => fault[name] === undefined),
    `Expected a method where there is one of ${ofMethods.join(", ")}`,
  ),
  v.check(
    ({ takesEffect, returnValue }) => takesEffect === undefined || returnValue !== undefined,
    "Expected a returnValue beside takesEffect",
  ),
);

/** A failure to come, as one writes it. */
export type Fault = v.InferInput<typeof faultSchema>;

/** A failure to come, complete. */
export type ResolvedFault = v.InferOutput<typeof faultSchema>;

/** What befalls a job. */
export type JobFault = v.InferOutput<typeof jobFaultSchema>;

/**
 * Checks a fault and fills in what it leaves out.
 *
 * @param target - What to call the host in a message.
 * @throws {@link InvalidArgumentError} when it isn't one.
 */
export function readFault(fault: Fault, target: string): ResolvedFault {
  const parsed = v.safeParse(faultSchema, fault);
  if (parsed.success) return parsed.output;
  throw new InvalidArgumentError({
    attempted: "Injecting a fault",
    target,
    answer: parsed.issues.map((issue) => `${v.getDotPath(issue) ?? "the fault"}: ${issue.message}`).join("; "),
    outcome: "Nothing was changed",
    remedy:
      'Write it as { method: "CreateSnapshot", returnValue: 32775 } or { method, job: { endState: 10, atPercent: 40 } }',
  });
}
