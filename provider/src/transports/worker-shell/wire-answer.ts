import { keysOf } from "../../cim/cim-class";
import { CimInstance } from "../../cim/cim-instance";
import { CimInstancePath, type CimKeyValue } from "../../cim/cim-instance-path";
import type { CimScalar, CimValue } from "../../cim/cim-value";
import { escapeXml } from "../../cim/embedded-instance";

/** Where an answer comes from: what its instances' paths say where the worker doesn't. */
export interface AnswerOrigin {
  readonly hostName: string;
  readonly namespace: string;
}

/** An instance as the worker writes it. */
export interface WireInstance {
  readonly className: string;
  readonly namespace: string | null;
  readonly properties: Readonly<Record<string, WireAnswer>>;
  /** The keys, where the host's answer marks them. */
  readonly keys: readonly string[];
  /** The names of `CimType`, where the instance is embedded in another. */
  readonly types?: Readonly<Record<string, string>>;
}

/** A value as the worker writes it: datetimes are DSP0004 text, and what JSON has no form for says its kind. */
export type WireAnswer =
  | null
  | boolean
  | number
  | string
  | { readonly integer: string }
  | { readonly reference: WireInstance }
  | { readonly embedded: WireInstance }
  | readonly WireAnswer[];

/** Reads an instance that the worker wrote. */
export function readInstance(instance: WireInstance, origin: AnswerOrigin): CimInstance {
  return new CimInstance(readPath(instance, origin), readValues(instance.properties, origin));
}

/** Reads named values that the worker wrote. */
export function readValues(
  values: Readonly<Record<string, WireAnswer>>,
  origin: AnswerOrigin,
): Readonly<Record<string, CimValue>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, readValue(value, origin)]));
}

function readValue(value: WireAnswer, origin: AnswerOrigin): CimValue {
  return isList(value) ? value.map((item) => readScalar(item, origin)) : readScalar(value, origin);
}

function readScalar(value: WireAnswer, origin: AnswerOrigin): CimScalar {
  if (typeof value !== "object" || value === null || isList(value)) return value as CimScalar;
  if ("integer" in value) return BigInt(value.integer);
  return "embedded" in value ? embeddedText(value.embedded, origin) : readPath(value.reference, origin);
}

function isList(value: WireAnswer): value is readonly WireAnswer[] {
  return Array.isArray(value);
}

/**
 * The path of an instance: its keys by the schema, else by what the host's answer marks; a bare reference to an unknown class
 * has only keys.
 */
function readPath({ className, properties, keys, namespace }: WireInstance, origin: AnswerOrigin): CimInstancePath {
  const known = [keysOf(className), keys].find((names) => names.length > 0) ?? Object.keys(properties);
  const found: Record<string, CimKeyValue> = {};
  for (const name of [...known].sort()) {
    const value = readScalar(properties[name] ?? null, origin);
    if (value !== null) found[name] = value;
  }
  return new CimInstancePath({
    className,
    keys: found,
    host: origin.hostName,
    namespace: namespace ?? origin.namespace,
  });
}

/** CIM types by the names that .NET has for them; the others are texts. Source: Microsoft.Management.Infrastructure.CimType. */
const cimTypes: Readonly<Record<string, string>> = {
  Boolean: "boolean",
  Char16: "char16",
  DateTime: "datetime",
  Real32: "real32",
  Real64: "real64",
  SInt8: "sint8",
  SInt16: "sint16",
  SInt32: "sint32",
  SInt64: "sint64",
  UInt8: "uint8",
  UInt16: "uint16",
  UInt32: "uint32",
  UInt64: "uint64",
};

/** Writes an instance that came embedded in another as CIM-XML text. Properties without a value are left out, as hosts do. */
function embeddedText({ className, properties, types = {} }: WireInstance, origin: AnswerOrigin): string {
  const element = (value: WireAnswer) => `<VALUE>${escapeXml(String(readScalar(value, origin)))}</VALUE>`;
  const written = Object.entries(properties).map(([name, value]) => {
    if (value === null) return "";
    const type = (types[name] ?? "String").replace(/Array$/, "");
    const attributes = `NAME="${name}" TYPE="${cimTypes[type] ?? "string"}"`;
    return isList(value)
      ? `<PROPERTY.ARRAY ${attributes}><VALUE.ARRAY>${value.map(element).join("")}</VALUE.ARRAY></PROPERTY.ARRAY>`
      : `<PROPERTY ${attributes}>${element(value)}</PROPERTY>`;
  });
  return `<INSTANCE CLASSNAME="${className}">${written.join("")}</INSTANCE>`;
}
