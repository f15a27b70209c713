import * as v from "valibot";
import { InvalidArgumentError } from "../errors";
import { suggestion } from "../nearest";
import { issueText } from "../schema-issue";

const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));

/** How a job fails or differs. */
export const jobFaultSchema = v.strictObject({
  /** Takes this many seconds, instead of the time that the seed says. */
  seconds: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1e9))),
  /** Ends in this state: 7, 8, 9, 10, 32768, or an undocumented number. */
  endState: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535))),
  /** Ends when this percentage is reached; without it, when its time is over. */
  atPercent: v.optional(percent),
  errorCode: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(65535))),
  errorDescription: v.optional(v.string()),
  /** Runs on at this percentage and never ends. */
  stallAtPercent: v.optional(percent),
  /** The host forgets the job when this percentage is reached. */
  lostAtPercent: v.optional(percent),
  /** ElementName of a member whose snapshot fails, and the job with it. The option failedMember says what the others keep. */
  failsMember: v.optional(v.string()),
  /** Whether the work is done all the same. By default it is done if the job ends in 7 or 32768 without an error code. */
  takesEffect: v.optional(v.boolean()),
});

/** The kinds of request that a host serves. */
export const hostVerbs = ["get", "query", "associators", "references", "invokeMethod"] as const;

/** A kind of request that a host serves. */
export type HostVerb = (typeof hostVerbs)[number];

/** An `HRESULT`: a number, or text such as `0x80041001`. */
const hresultSchema = v.pipe(
  v.union([v.number(), v.pipe(v.string(), v.regex(/^0x[0-9a-f]{8}$/i, "Expected 0x and eight hexadecimal digits"))]),
  v.transform(Number),
  v.integer(),
  v.minValue(0x80000000),
  v.maxValue(0xffffffff),
);

const outcomes = ["returnValue", "hresult", "miResult", "job", "namesResult", "connection", "delaySeconds"] as const;

/** Outcomes that only a method can have. */
const ofMethods = ["returnValue", "job", "namesResult"] as const;

/** Outcomes that `takesEffect` may stand beside. */
const maybeEffective = ["returnValue", "hresult", "miResult"] as const;

/** A failure to come: of the next request, or the next few, of one method or one kind. */
export const faultSchema = v.pipe(
  v.strictObject({
    method: v.optional(v.pipe(v.string(), v.nonEmpty())),
    /** A kind of request instead of a method. */
    verb: v.optional(v.picklist(hostVerbs)),
    /** Limits the fault to requests that name this class: the service of a method, the class of a query. */
    className: v.optional(v.pipe(v.string(), v.nonEmpty())),
    /** How many requests it meets; by default 1. */
    times: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
    /** The method returns this at once, and nothing happens. */
    returnValue: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff))),
    /** The request fails with this WMI error number. */
    hresult: v.optional(hresultSchema),
    /** The request fails with this `MI_Result` and without an `HRESULT`. */
    miResult: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(255))),
    /** The method takes effect, although the caller gets a failure. */
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
    (fault) =>
      fault.takesEffect === undefined ||
      (fault.method !== undefined && maybeEffective.some((name) => fault[name] !== undefined)),
    `Expected a method and one of ${maybeEffective.join(", ")} beside takesEffect`,
  ),
);

/** A fault as a caller writes it. */
export type Fault = v.InferInput<typeof faultSchema>;

/** A fault with its defaults. */
export type ResolvedFault = v.InferOutput<typeof faultSchema>;

/** How a job fails or differs. */
export type JobFault = v.InferOutput<typeof jobFaultSchema>;

/** The parts of a request that decide which fault it meets. */
export interface FaultedRequest {
  readonly verb: HostVerb;
  readonly className: string;
  readonly methodName?: string | undefined;
}

const isSame = (one: string, other: string | undefined) => one.toLowerCase() === other?.toLowerCase();

/** Tells whether a fault is meant for a request. */
export function meets(fault: ResolvedFault, { verb, className, methodName }: FaultedRequest): boolean {
  if (fault.className !== undefined && !isSame(fault.className, className)) return false;
  return fault.method === undefined ? fault.verb === verb : isSame(fault.method, methodName);
}

/**
 * Checks a fault and fills in what it leaves out.
 *
 * @param knownMethods - The methods that the host carries out, by their class.
 * @param target - What to call the host in a message.
 * @throws {@link InvalidArgumentError} when it is malformed, or names a method or class that the host doesn't have.
 */
export function readFault(
  fault: Fault,
  knownMethods: Readonly<Record<string, readonly string[]>>,
  target: string,
): ResolvedFault {
  const parsed = v.safeParse(faultSchema, fault);
  const wrong = parsed.success ? unknownName(parsed.output, knownMethods) : parsed.issues.map(faultIssue).join("; ");
  if (parsed.success && wrong === undefined) return parsed.output;
  throw new InvalidArgumentError({
    attempted: "Injecting a fault",
    target,
    answer: wrong ?? "",
    outcome: "Nothing was changed",
    remedy:
      'Write it as { method: "CreateSnapshot", returnValue: 32775 } or { method, job: { endState: 10, atPercent: 40 } }',
  });
}

const faultIssue = (issue: v.BaseIssue<unknown>) =>
  `${v.getDotPath(issue) ?? "the fault"}: ${issueText(issue, faultSchema)}`;

function unknownName(
  { method, className }: ResolvedFault,
  knownMethods: Readonly<Record<string, readonly string[]>>,
): string | undefined {
  const classes = Object.keys(knownMethods);
  const methods = classes
    .filter((known) => className === undefined || isSame(known, className))
    .flatMap((known) => knownMethods[known] ?? []);
  if (method === undefined || methods.some((known) => isSame(known, method))) return undefined;
  const of = className === undefined ? "the host" : className;
  if (methods.length === 0) {
    return `${of} has no methods. ${suggestion(of, classes)}Classes with methods are ${classes.join(", ")}`;
  }
  const all = [...new Set(methods)];
  return `${of} has no method ${method}. ${suggestion(method, all)}There are ${all.join(", ")}`;
}
