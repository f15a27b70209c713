import * as v from "valibot";
import { InvalidArgumentError } from "../../errors";
import { checkFailures } from "../../process/input-check";

/** Checks the argument that names a group or a snapshot. */
export const designator = v.string("write a name, an id or an object path, as text");

/** Checks the argument that names a connection. */
export const connection = v.optional(v.string("write the name of a connection, as text"));

/** @throws {@link InvalidArgumentError} that lists all arguments which are unknown, missing or of the wrong type. */
export function checkArguments(name: string, schema: Parameters<typeof checkFailures>[0], args: object): void {
  const forms = {
    collection: "the VM group's name, its CollectionID or its object path",
    snapshotCollection: "the host's CollectionID of the snapshot collection, or its reference",
  };
  const given = Object.entries(args).filter(([, value]) => value !== undefined);
  const failures = checkFailures(schema, Object.fromEntries(given), { forms });
  if (failures.length === 0) return;
  throw new InvalidArgumentError({
    attempted: name,
    target: failures.map(({ property }) => property).join(", "),
    answer: failures.map(({ reason }) => reason).join("; "),
    outcome: "Nothing was asked of the host",
    remedy: `Correct the arguments of ${name}`,
  });
}
