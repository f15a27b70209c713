import * as pulumi from "@pulumi/pulumi";

/**
 * The ids of all resources that some arguments come from, or that are named: known once they are there.
 *
 * In a preview a resource that isn't made yet has no known id, and what is looked up because of it isn't known either.
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

/** The SDK's own way to tell where a value comes from; it isn't in its types. */
async function resourcesOf(args: pulumi.Output<unknown>): Promise<pulumi.Resource[]> {
  const { allResources } = args as { allResources?: () => Promise<Set<pulumi.Resource>> };
  return [...((await allResources?.call(args)) ?? [])];
}

/** A component is there when all that is in it is. */
function idsOf(resource: pulumi.Resource): pulumi.Output<string>[] {
  if (pulumi.CustomResource.isInstance(resource)) return [resource.id];
  const { __childResources: children = [] } = resource as { __childResources?: Iterable<pulumi.Resource> };
  return [...children].flatMap(idsOf);
}
