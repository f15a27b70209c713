import { InvalidArgumentError } from "../errors";
import { ClassName } from "../schema/names";
import type { CimRepository } from "./cim-repository";

/**
 * Finds the one machine that a name or a GUID means.
 *
 * @param target - What to call the host in a message.
 * @throws {@link InvalidArgumentError} when there is none, or several.
 */
export function findMachine(repository: CimRepository, text: string, target: string): string {
  const machines = [...repository.instancesOf(ClassName.computerSystem)]
    .map(({ properties }) => ({ id: String(properties["Name"]), name: String(properties["ElementName"]) }))
    .filter(({ id }) => id !== repository.hostName);
  const found = machines.filter(({ id, name }) => name === text || id === text.toUpperCase());
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  throw new InvalidArgumentError({
    attempted: `Finding the machine ${JSON.stringify(text)}`,
    target,
    answer: found.length === 0 ? "it has no such machine" : `${found.length} machines are called so`,
    outcome: "Nothing was changed",
    remedy:
      found.length === 0
        ? `Its machines are: ${machines.map(({ name }) => name).join(", ") || "none"}`
        : `Use the GUID of the one that is meant: ${found.map(({ id }) => id).join(", ")}`,
  });
}
