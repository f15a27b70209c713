import type { CimInstancePath } from "../cim/cim-instance-path";
import { InvalidArgumentError } from "../errors";
import { ClassName } from "../schema/names";
import type { CimRepository, StoredInstance } from "./cim-repository";

/** The only machine that a name or a GUID means: its GUID. `target` is what a message calls the host. */
export function findMachine(repository: CimRepository, text: string, target: string): string {
  const machines = [...repository.instancesOf(ClassName.computerSystem)].filter(
    ({ properties }) => properties["Name"] !== repository.hostName,
  );
  return String(findOnly("machine", "Name", machines, text, target).properties["Name"]);
}

/** The path of the only VM group that a name or a `CollectionID` means. `target` is what a message calls the host. */
export function findGroup(repository: CimRepository, text: string, target: string): CimInstancePath {
  const groups = [...repository.instancesOf(ClassName.virtualSystemCollection)];
  return findOnly("VM group", "CollectionID", groups, text, target).path;
}

/** @throws {@link InvalidArgumentError} when there is none, or several. */
function findOnly(
  what: string,
  key: string,
  instances: readonly StoredInstance[],
  text: string,
  target: string,
): StoredInstance {
  const named = instances.map((instance) => ({
    instance,
    id: String(instance.properties[key]),
    name: String(instance.properties["ElementName"]),
  }));
  const found = named.filter(({ id, name }) => name === text || id.toUpperCase() === text.toUpperCase());
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.instance;
  throw new InvalidArgumentError({
    attempted: `Finding the ${what} ${JSON.stringify(text)}`,
    target,
    answer: found.length === 0 ? `it has no such ${what}` : `${found.length} ${what}s are called so`,
    outcome: "Nothing was changed",
    remedy:
      found.length === 0
        ? `Its ${what}s are: ${named.map(({ name }) => name).join(", ") || "none"}`
        : `Use the GUID of one of them: ${found.map(({ id }) => id).join(", ")}`,
  });
}
