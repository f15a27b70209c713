/** Names the function of Pulumi's runtime that reads the stack of an error for each promise that it makes. */
const noteOfPromise = "debuggablePromise";

/**
 * Leaves out the stacks that Pulumi's runtime records for its own promises while a resource is constructed.
 *
 * It records one for each of four promises for each property, and mapping them to the sources takes most of the time of a program with many
 * resources. All other stacks stay whole: those of errors, and the one that locates a resource in the program.
 *
 * @returns A function that ends it.
 */
export function leaveOutPromiseStacks(): () => void {
  const format = Error.prepareStackTrace;
  // without a formatter of the program's own, stacks are cheap; a search for leaking promises needs them
  if (format === undefined || process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) return () => {};
  const formatOthers: typeof format = (error, frames) =>
    frames[0]?.getFunctionName() === noteOfPromise ? String(error) : format(error, frames);
  Error.prepareStackTrace = formatOthers;
  return () => {
    // the program may have set another one meanwhile
    if (Error.prepareStackTrace === formatOthers) Error.prepareStackTrace = format;
  };
}
