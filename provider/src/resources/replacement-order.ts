import * as pulumi from "@pulumi/pulumi";

/**
 * Tells whether a replacement has to delete the old snapshot first: unless the host is known to keep dependent snapshots.
 *
 * The engine asks the provider only when it compares inputs, and not for `--replace`, `replacementTrigger` or `pulumi state taint`. So the class
 * sets the option.
 */
export function deletesOldFirst(connection: unknown): boolean {
  const config = new pulumi.Config("hyperv-snapshots");
  const shared = config.get("dependents") ?? process.env["HYPERV_SNAPSHOTS_DEPENDENTS"];
  const name = typeof connection === "string" ? connection : config.get("connection");
  return (ofConnection(config, name) ?? shared) !== "kept";
}

/** What a connection says for itself. The provider reports what is wrong with the configuration. */
function ofConnection(config: pulumi.Config, name: string | undefined): unknown {
  if (name === undefined) return undefined;
  try {
    const connections = JSON.parse(config.get("connections") ?? process.env["HYPERV_SNAPSHOTS_CONNECTIONS"] ?? "{}");
    return connections?.[name]?.dependents;
  } catch {
    return undefined;
  }
}
