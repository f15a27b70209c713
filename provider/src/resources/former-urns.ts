import * as pulumi from "@pulumi/pulumi";

/** Lists the URNs that a resource may have had, by its aliases and those of its parents. Undefined when there are none. */
export async function formerUrns(
  name: string,
  type: string,
  { aliases = [], parent }: pulumi.CustomResourceOptions,
): Promise<readonly string[] | undefined> {
  const above = parent ?? pulumi.runtime.getStackResource();
  const { __aliases: parentAliases = [], __name: parentName = "" } = (above ?? {}) as {
    readonly __aliases?: readonly unknown[];
    readonly __name?: string;
  };
  if (!above || aliases.length + parentAliases.length === 0) return undefined;
  const urns = pulumi.allAliases(aliases, name, type, above, parentName);
  // plain promises: Outputs would make two resources under one component wait for each other without an end
  return Promise.all(urns.map((urn) => new Promise<string>((resolve) => urn.apply(resolve))));
}
