import * as pulumi from "@pulumi/pulumi";
import { lostValueKey } from "../types/lost-value";

/**
 * Marks what JSON would lose in a value: a `Date` or a `Map` becomes `{}` on its way to the provider, and would never change.
 *
 * Pulumi's own values (assets, resources, outputs) pass: Pulumi knows how to send them.
 */
export function markLostValues(value: unknown): unknown {
  if (pulumi.Output.isInstance(value)) return value.apply(markLostValues);
  if (value instanceof Promise) return value.then(markLostValues);
  if (Array.isArray(value)) return value.map(markLostValues);
  if (isPulumis(value)) return value;
  const kind = lostKind(value);
  if (kind !== undefined) return { [lostValueKey]: kind };
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, entry]) => [name, markLostValues(entry)]));
}

function isPulumis(value: unknown): boolean {
  return (
    pulumi.Resource.isInstance(value) || pulumi.asset.Asset.isInstance(value) || pulumi.asset.Archive.isInstance(value)
  );
}

/** Names the kind of a value that doesn't survive JSON. */
function lostKind(value: unknown): string | undefined {
  switch (typeof value) {
    case "bigint":
    case "function":
    case "symbol":
      return typeof value;
    case "number":
      return Number.isFinite(value) ? undefined : String(value);
    case "object":
      return value === null ? undefined : lostKindOfObject(value);
    default:
      return undefined;
  }
}

function lostKindOfObject(value: object): string | undefined {
  const prototype = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return undefined;
  const isPlainInside = Object.prototype.toString.call(value) === "[object Object]" && Object.keys(value).length > 0;
  return isPlainInside ? undefined : (value.constructor?.name ?? "object");
}
