import { propertiesOf } from "../../cim/cim-class";
import { CimInstancePath } from "../../cim/cim-instance-path";
import type { CimScalar, CimValue } from "../../cim/cim-value";

/** A text on its way to the worker; the `=` in front keeps PowerShell's JSON reader from making a date of it. */
export type WireText = `=${string}`;

/** A value on its way to the worker, with the CIM type that it has there. */
export interface WireValue {
  readonly type: string;
  readonly value: WireContent;
}

/** What a value consists of: every scalar is a text, so that no JSON reader rounds or reads anything into it. */
export type WireContent = null | WireText | WirePath | readonly WireContent[];

/** A path on its way to the worker. */
export interface WirePath {
  readonly className: WireText;
  readonly namespace: WireText;
  readonly keys: readonly (WireValue & { readonly name: WireText })[];
}

/** Makes a text ready for the worker. */
export function wireText(text: string): WireText {
  return `=${text}`;
}

/**
 * Makes a value ready for the worker.
 *
 * @param declared - The CIM type in the schema; without one it follows from the value.
 */
export function wireValue(value: CimValue, declared: string | undefined, namespace: string): WireValue {
  return { type: declared ?? inferType(value), value: content(value, namespace) };
}

/** Makes a path ready for the worker; the namespace counts where the path has none. */
export function wirePath(path: CimInstancePath, namespace: string): WirePath {
  const properties = Object.entries(propertiesOf(path.className));
  const keys = Object.entries(path.keys).map(([name, value]) => {
    const declared = properties.find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1].type;
    return { name: wireText(name), ...wireValue(value, declared, path.namespace ?? namespace) };
  });
  return { className: wireText(path.className), namespace: wireText(path.namespace ?? namespace), keys };
}

function content(value: CimValue, namespace: string): WireContent {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((item) => content(item as CimScalar, namespace));
  return value instanceof CimInstancePath ? wirePath(value, namespace) : wireText(String(value));
}

/** The CIM type that a value has where the schema doesn't tell. */
function inferType(value: CimValue): string {
  if (Array.isArray(value)) return `${inferType((value[0] ?? null) as CimScalar)}[]`;
  if (value instanceof CimInstancePath) return "ref";
  if (typeof value === "bigint") return "uint64";
  if (typeof value === "number") return Number.isInteger(value) ? "sint32" : "real64";
  return typeof value === "boolean" ? "boolean" : "string";
}
