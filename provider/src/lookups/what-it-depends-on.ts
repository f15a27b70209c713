import * as pulumi from "@pulumi/pulumi";

/**
 * Collects the ids of the resources that arguments come from and of those in `dependsOn`; it is known once they all exist.
 *
 * In a preview a resource that doesn't exist yet has no known id, so the look-up's result isn't known either.
 */
export function whatItDependsOn(
  args: pulumi.Output<unknown>,
  dependsOn: pulumi.InvokeOutputOptions["dependsOn"],
): pulumi.Output<unknown> {
  const named = pulumi.output(dependsOn as pulumi.Input<pulumi.Resource[] | pulumi.Resource | undefined>);
  return pulumi.output(resourcesOf(args)).apply((sources) =>
    named.apply((resources) => {
      const all = [...sources, ...[resources ?? []].flat()];
      return pulumi.all(all.flatMap((resource) => idsOf(resource as pulumi.Resource)));
    }),
  );
}

/** Finds the resources that a value comes from. The SDK has this function, but not in its types. */
async function resourcesOf(args: pulumi.Output<unknown>): Promise<pulumi.Resource[]> {
  const { allResources } = args as { allResources?: () => Promise<Set<pulumi.Resource>> };
  return [...((await allResources?.call(args)) ?? [])];
}

/** A component exists once all its children do. */
function idsOf(resource: pulumi.Resource): pulumi.Output<string>[] {
  if (pulumi.CustomResource.isInstance(resource)) return [resource.id];
  const { __childResources: children = [] } = resource as { __childResources?: Iterable<pulumi.Resource> };
  return [...children].flatMap(idsOf);
}
