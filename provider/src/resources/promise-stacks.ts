/** The function of Pulumi's runtime that reads the stack of an error for each promise that it makes. */
const noteOfPromise = "debuggablePromise";

/**
 * Leaves out the stacks that Pulumi's runtime notes of its own promises while a resource is constructed.
 *
 * It makes four promises for each property, and keeps for each the text of a stack, for a message about promises that never end: mapped
 * to the sources frame by frame, that is what a program with many resources takes most of its time for. All other stacks stay whole:
 * that of an error, whenever it is read, and the one that tells where in the program a resource stands.
 *
 * @returns What puts an end to it.
 */
export function leaveOutPromiseStacks(): () => void {
  const format = Error.prepareStackTrace;
  // without a formatter of the program's, frames are cheap; and whoever looks for promises that leak needs them
  if (format === undefined || process.env["PULUMI_DEBUG_PROMISE_LEAKS"]) return () => {};
  const formatOthers: typeof format = (error, frames) =>
    frames[0]?.getFunctionName() === noteOfPromise ? String(error) : format(error, frames);
  Error.prepareStackTrace = formatOthers;
  return () => {
    // somebody may have put another in its place meanwhile
    if (Error.prepareStackTrace === formatOthers) Error.prepareStackTrace = format;
  };
}
