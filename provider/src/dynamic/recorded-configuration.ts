import { configurationNamespace } from "../config";
import { AuthenticationError, HyperVError } from "../errors";

/**
 * Runs what `pulumi destroy` and `pulumi refresh` call.
 *
 * Pulumi lets them work with the configuration that the last `up` recorded in the state (seen with 3.259): a key that was set since is not
 * looked at, unless the program runs, too. So an error that asks for another configuration says how it comes to be used.
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
