import { writtenKey } from "../configuration-key";
import { InvalidArgumentError } from "../errors";

/** A key whose value can't work, and why. */
interface UnusableKey {
  readonly name: string;
  /** The connection that it belongs to, where it has a name. */
  readonly connection: string | undefined;
  readonly answer: string;
  readonly remedy: string;
}

/** Makes the error of a configuration that can't work, before any host is asked. */
export function refuseConfiguration({ name, connection, answer, remedy }: UnusableKey): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: "Reading the configuration",
    target: writtenKey(name, connection),
    answer,
    outcome: "Nothing was asked of any host",
    remedy,
  });
}
