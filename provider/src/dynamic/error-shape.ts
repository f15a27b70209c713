import { configurationNamespace } from "../config";
import { AuthenticationError, HyperVError } from "../errors";

/**
 * Runs a method whose errors cross to the dynamic host, which prints `${error}: ${error.stack}` beside sending the message on: the message says
 * everything, so the name and the code are enough there.
 */
export async function shapingErrors<T>(method: () => Promise<T>): Promise<T> {
  try {
    return await method();
  } catch (error) {
    if (!HyperVError.isInstance(error)) throw error;
    const { name, code } = error;
    const own = error.with({ cause: error.cause }); // several callers may hold the same error
    throw Object.defineProperties(own, { toString: { value: () => name }, stack: { value: code } });
  }
}

/**
 * Adds to an error that asks for another configuration how the configuration comes to be used: `pulumi destroy` and `pulumi refresh` work with
 * the one of the last `up` (seen with 3.259), unless they run the program.
 */
export async function withRecordedConfiguration<T>(method: () => Promise<T>): Promise<T> {
  try {
    return await method();
  } catch (error) {
    if (!HyperVError.isInstance(error) || !mayAskForAnother(error)) throw error;
    throw error.with({ remedy: `${error.parts.remedy}. ${howToUseIt}` });
  }
}

const mayAskForAnother = (error: HyperVError) =>
  error.parts.remedy.includes(`${configurationNamespace}:`) || AuthenticationError.isInstance(error);

const howToUseIt =
  "For destroy and refresh, add --run-program: otherwise they work with the configuration of the last pulumi up.";
