import type * as pulumi from "@pulumi/pulumi";

/** Receives a resource's final properties and options. */
export type LastTransformation = (
  args: Pick<pulumi.ResourceTransformationArgs, "name" | "props"> & { readonly opts: pulumi.CustomResourceOptions },
) => pulumi.ResourceTransformationResult;

/**
 * Adds a transformation that runs after all others, those of the parent and the stack included.
 *
 * Pulumi runs a resource's own transformations first, from a list that it makes for the resource: the last one joins that list while Pulumi walks it.
 */
export function transformedLast(
  options: pulumi.CustomResourceOptions,
  transform: LastTransformation,
): pulumi.CustomResourceOptions {
  let hasJoined = false; // a child of the resource inherits `join`
  const join: pulumi.ResourceTransformation = ({ resource }) => {
    if (hasJoined) return undefined;
    hasJoined = true;
    const { __transformations: all } = resource as unknown as { __transformations: pulumi.ResourceTransformation[] };
    const last: pulumi.ResourceTransformation = (args) => {
      all.splice(all.indexOf(last), 1);
      return transform(args);
    };
    all.push(last);
    return undefined;
  };
  return { ...options, transformations: [...(options.transformations ?? []), join] };
}
