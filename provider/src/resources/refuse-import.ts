import * as pulumi from "@pulumi/pulumi";

/**
 * Refuses the `import` option, which Pulumi can't serve for a dynamic resource: it would call a provider that it can't find.
 *
 * @throws RunError that names what works instead.
 */
export function refuseImport(
  name: string,
  resource: { readonly type: string; readonly howToImport: (id: string, name: string) => string },
  options: pulumi.CustomResourceOptions,
): void {
  const id = options.import;
  if (id === undefined) return;
  const className = resource.type.split(":").at(-1);
  throw new pulumi.RunError(
    `${className} "${name}" has the option import, which dynamic resources don't support. Nothing was changed. Remove the option. ${resource.howToImport(id, name)}`,
  );
}
