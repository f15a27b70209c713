import * as pulumi from "@pulumi/pulumi";

/**
 * Removes the recovery record of a resource once its id has resolved: the engine answers a registration after it has saved.
 *
 * The path is what `create` answered. A program that uses the Automation API may have another environment than the provider, so it never looks
 * for the record itself.
 */
export function forgetRecordWhenSaved(resource: pulumi.CustomResource): void {
  if (pulumi.runtime.isDryRun()) return;
  const { __record: path } = resource as unknown as { readonly __record?: pulumi.Output<unknown> };
  if (path === undefined) return;
  pulumi.all([resource.id, path]).apply(async ([id, file]) => {
    if (typeof id !== "string" || typeof file !== "string") return;
    const { removeRecord } = await import("./remove-record.js");
    await removeRecord(file, id);
  });
}
