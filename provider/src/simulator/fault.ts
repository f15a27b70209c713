import * as v from "valibot";

const percent = v.pipe(v.number(), v.minValue(0), v.maxValue(100));

/** What befalls a job. */
export const jobFaultSchema = v.strictObject({
  /** Takes this long instead of what the seed says. */
  seconds: v.optional(v.pipe(v.number(), v.minValue(0))),
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
  /** Whether what was asked for is done all the same; without it, only when the job ends in 7 or 32768 without an error code. */
  takesEffect: v.optional(v.boolean()),
});

/** A failure to come: for the next call, or the next few calls, of a method. */
export const faultSchema = v.pipe(
  v.strictObject({
    method: v.pipe(v.string(), v.nonEmpty()),
    /** How many calls it meets; 1 where nothing is said. */
    times: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1)), 1),
    /** The method returns this at once, and nothing happens. */
    returnValue: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff))),
    job: v.optional(jobFaultSchema),
  }),
  v.check(
    ({ returnValue, job }) => (returnValue === undefined) !== (job === undefined),
    "Expected returnValue or job, one of the two",
  ),
);

/** A failure to come, as one writes it. */
export type Fault = v.InferInput<typeof faultSchema>;

/** A failure to come, complete. */
export type ResolvedFault = v.InferOutput<typeof faultSchema>;

/** What befalls a job. */
export type JobFault = v.InferOutput<typeof jobFaultSchema>;
