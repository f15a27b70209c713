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
  /** Removes the job at this percentage. */
  lostAtPercent: v.optional(percent),
  /** Fails the snapshot of the member with this ElementName, and the job. The option `failedMember` decides what the others keep. */
  failsMember: v.optional(v.string()),
  /** Whether the work is done despite the failure. By default it is done if the job ends in 7 or 32768 without an error code. */
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

/** A failure of the next requests of one method or one kind. */
export const faultSchema = v.pipe(
  v.strictObject({
    method: v.optional(v.pipe(v.string(), v.nonEmpty())),
    /** Limits the fault to a kind of request instead of a method. */
    verb: v.optional(v.picklist(hostVerbs)),
    /** Limits the fault to requests that name this class: the service of a method, the class of a query. */
    className: v.optional(v.pipe(v.string(), v.nonEmpty())),
    /** How many requests fail; by default 1. */
    times: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
    /** Makes the method return this at once, without an effect. */
    returnValue: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff))),
    /** Fails the request with this WMI error number. */
    hresult: v.optional(hresultSchema),
    /** Fails the request with this `MI_Result` and without an `HRESULT`. */
    miResult: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(255))),
    /** Lets the method take effect although the caller gets a failure. */
    takesEffect: v.optional(v.boolean()),
    job: v.optional(jobFaultSchema),
    /** Returns a reference to the snapshot collection with this CollectionID, in place of the new one. */
    namesResult: v.optional(v.pipe(v.string(), v.nonEmpty())),
    /** Loses the connection before or after the request takes effect. */
    connection: v.optional(v.picklist(["lostBefore", "lostAfter"])),
    /** Delays the response by this time. */
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
