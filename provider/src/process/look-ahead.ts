import { HyperVError } from "../errors";
import type { ResourceCall } from "./resource-call";

/** How long a preview may look at the host. */
const patienceMs = 10_000;

/**
 * Looks at the host for what a preview can show already, such as a wrong name. A failure is only a warning: the object may be made before it is
 * needed, and a preview must work where the host can't be reached.
 */
export async function lookAhead(
  { progress }: { readonly progress: Pick<ResourceCall["progress"], "warn"> },
  look: () => Promise<void>,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(
      () => resolve(`The host didn't answer within ${patienceMs / 1000} s, so the inputs were not compared with it`),
      patienceMs,
    );
  });
  const looked = look().then(
    () => undefined,
    (error: unknown) => {
      if (HyperVError.isInstance(error)) return error.message;
      throw error;
    },
  );
  const warning = await Promise.race([looked, late]);
  clearTimeout(timer);
  if (warning !== undefined) progress.warn(warning);
}
