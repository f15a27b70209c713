import { InvalidArgumentError } from "../errors";
import { nameOf, VendorCode } from "../schema/value-maps";

/** Makes the error of a machine that can't move now. */
export function machineBusy(machine: string, target: string): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: `Moving the machine ${JSON.stringify(machine)}`,
    target,
    answer: "a job works on it",
    outcome: "Nothing was changed",
    remedy: "Wait for the end of the job",
  });
}

/** Makes the error of a checkpoint, or of a group's snapshot, that the host doesn't take. */
export function snapshotRefused(what: string, returnValue: number, target: string): InvalidArgumentError {
  const name = nameOf(VendorCode, returnValue);
  return new InvalidArgumentError({
    attempted: `Taking ${what}`,
    target,
    answer: `CreateSnapshot returned ${returnValue}${name === undefined ? "" : ` (${name})`}`,
    outcome: "None was taken",
    remedy: "Check the state of each machine, or wait until no other job works on it",
  });
}

/** Makes the error of a name that no host can have. */
export function badHostName(hostName: string, target: string): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: `Renaming the host to ${JSON.stringify(hostName)}`,
    target,
    answer: "no computer can have this name",
    outcome: "Nothing was changed",
    remedy: "Use 1 to 15 letters, digits or hyphens",
  });
}
