import { HyperVError } from "../errors";

/**
 * Lets an error cross to the dynamic host, which prints `${error}: ${error.stack}` beside sending the message on: an error of
 * ours has said everything in its message, so its name and code are enough there.
 */
export async function atTheBorder<T>(method: () => Promise<T>): Promise<T> {
  try {
    return await method();
  } catch (error) {
    if (!HyperVError.isInstance(error)) throw error;
    const { name, code } = error;
    const own = error.with({}); // several callers may hold the same error
    throw Object.defineProperties(own, { toString: { value: () => name }, stack: { value: code } });
  }
}
