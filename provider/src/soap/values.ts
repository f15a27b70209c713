import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimScalar, CimValue } from "../cim/cim-value";
import { escapeXml } from "../cim/embedded-instance";
import { endpointContent, type PathOrigin, readEndpoint } from "./endpoint-reference";
import { childOf, isNil, type XmlElement, XmlProblem } from "./read-xml";
import { element, elementWith, type Xml, type XmlContent } from "./write-xml";

/**
 * Writes a value as elements of a name: one for each item of an array, one that is nil for null and for an array of nothing.
 *
 * @param type - The CIM type in the schema, where it is known.
 */
export function writeValue(name: string, value: CimValue, type: string | undefined, namespace: string): readonly Xml[] {
  const items = isList(value) ? value : [value];
  if (value === null || items.length === 0) return [elementWith(name, { "xsi:nil": "true" })];
  const itemType = type?.replace(/\[\]$/, "");
  return items.map((item) => element(name, writeScalar(item, itemType, namespace)));
}

function writeScalar(value: CimScalar, type: string | undefined, namespace: string): XmlContent {
  if (value === null) return undefined;
  if (value instanceof CimInstancePath) return endpointContent(value, namespace);
  return type === "datetime" ? writeDateTime(String(value)) : String(value);
}

const isList = (value: CimValue): value is readonly CimScalar[] => Array.isArray(value);

/**
 * Reads the elements of one name as a value.
 *
 * @param type - The CIM type in the schema; without one the value is a text, a time, a reference or an embedded instance, by its form.
 * @throws {@link XmlProblem} when a value isn't of its type.
 */
export function readValue(elements: readonly XmlElement[], type: string | undefined, origin: PathOrigin): CimValue {
  const [first] = elements;
  if (!first || (elements.length === 1 && isNil(first))) return null;
  if (type?.endsWith("[]") || (type === undefined && elements.length > 1)) {
    const itemType = type?.slice(0, -2);
    return elements.map((item) => readScalar(item, itemType, origin));
  }
  return readScalar(first, type, origin);
}

/** Reads one element as a value that isn't an array. @throws {@link XmlProblem} when it isn't of its type. */
export function readScalar(found: XmlElement, type: string | undefined, origin: PathOrigin): CimScalar {
  if (isNil(found)) return null;
  const { text, children } = found;
  if (children.length === 0 && (type === "string" || type === undefined)) return text;
  switch (type) {
    case "boolean":
      return readBoolean(found);
    case "uint8":
    case "uint16":
    case "uint32":
    case "sint8":
    case "sint16":
    case "sint32":
    case "real32":
    case "real64":
      return readNumber(found);
    case "uint64":
    case "sint64":
      if (!/^\s*[+-]?\d+\s*$/.test(text)) throw misfit(found, "a whole number");
      return BigInt(text.trim());
    default:
  }
  if (children.length > 0) {
    const reference = readEndpoint(found, origin);
    if (reference) return reference;
    const time = readTime(found);
    if (time !== undefined) return time;
    return embeddedText(found, origin);
  }
  if (type === "datetime") return text.trim();
  if (type?.startsWith("ref")) throw misfit(found, "a reference");
  return text;
}

function readBoolean(found: XmlElement): boolean {
  const text = found.text.trim().toLowerCase();
  if (text === "true" || text === "1") return true;
  if (text === "false" || text === "0") return false;
  throw misfit(found, "a boolean");
}

function readNumber(found: XmlElement): number {
  const text = found.text.trim();
  const value = Number(text);
  if (text === "" || Number.isNaN(value)) throw misfit(found, "a number");
  return value;
}

function misfit({ name, text }: XmlElement, wanted: string): XmlProblem {
  return new XmlProblem(`${name} is ${JSON.stringify(text.slice(0, 80))} instead of ${wanted}`);
}

/** Writes DSP0004 text as WS-CIM writes it: `cim:Datetime` for a point in time, `cim:Interval` for an interval. */
function writeDateTime(text: string): XmlContent {
  const interval = /^(\d{8})(\d\d)(\d\d)(\d\d)\.(\d{6}):000$/.exec(text);
  if (interval) {
    const [days, hours, minutes, seconds, microseconds] = interval.slice(1).map(Number);
    const fraction = microseconds ? `.${String(microseconds).padStart(6, "0")}` : "";
    return element("cim:Interval", `P${days}DT${hours}H${minutes}M${seconds}${fraction}S`);
  }
  const time = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{6})([+-])(\d{3})$/.exec(text);
  // a form with asterisks, or none that is known, goes as it is
  if (!time) return element("cim:CIM_DateTime", text);
  const [, year, month, day, hour, minute, second, microseconds, sign, offset] = time;
  const fraction = Number(microseconds) === 0 ? "" : `.${microseconds}`;
  const zone = Number(offset) === 0 ? "Z" : `${sign}${two(Number(offset) / 60)}:${two(Number(offset) % 60)}`;
  return element("cim:Datetime", `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}${zone}`);
}

const two = (value: number) => String(Math.floor(value)).padStart(2, "0");

/** Reads a time's element into DSP0004 text. @returns `undefined` when it has none. */
function readTime(found: XmlElement): string | undefined {
  const [only] = found.children;
  const text = only?.text.trim() ?? "";
  switch (only?.name) {
    case "Datetime":
      return fromIso(text) ?? fail(found, text);
    case "Interval":
      return fromDuration(text) ?? fail(found, text);
    case "CIM_DateTime":
      return text;
    case "Date":
      return `${text.replaceAll("-", "")}******.******+***`;
    default:
      return undefined;
  }
}

function fail(found: XmlElement, text: string): never {
  throw misfit({ ...found, text }, "a time");
}

function fromIso(text: string): string | undefined {
  const parts = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)?$/.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second, fraction = "", zone = "Z"] = parts;
  const minutes = zone === "Z" ? 0 : Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4));
  const offset = `${zone.startsWith("-") ? "-" : "+"}${String(minutes).padStart(3, "0")}`;
  return `${year}${month}${day}${hour}${minute}${second}.${fraction.slice(0, 6).padEnd(6, "0")}${offset}`;
}

function fromDuration(text: string): string | undefined {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:\.(\d+))?S)?)?$/.exec(text);
  if (!parts) return undefined;
  const [, days = "0", hours = "0", minutes = "0", seconds = "0", fraction = ""] = parts;
  // parts may be larger than their unit holds: PT90S
  let rest = BigInt(days) * 86_400n + BigInt(hours) * 3600n + BigInt(minutes) * 60n + BigInt(seconds);
  const take = (unit: bigint) => {
    const whole = rest / unit;
    rest -= whole * unit;
    return whole;
  };
  const [day, hour, minute] = [take(86_400n), take(3600n), take(60n)];
  const digits = [String(day).padStart(8, "0"), ...[hour, minute, rest].map((part) => two(Number(part)))].join("");
  return `${digits}.${fraction.slice(0, 6).padEnd(6, "0")}:000`;
}

/** Writes an instance that came embedded as elements as CIM-XML text. Properties without a value are left out, as hosts do. */
function embeddedText(found: XmlElement, origin: PathOrigin): string {
  const className = (found.attributes["type"] ?? found.name).replace(/^.*:/, "").replace(/_Type$/, "");
  const names = [...new Set(found.children.map(({ name }) => name))];
  const written = names.map((name) => {
    const elements = found.children.filter((child) => child.name === name);
    const values = elements.filter((one) => !isNil(one)).map((one) => readScalar(one, undefined, origin));
    const [first] = elements;
    if (!first || values.length === 0) return "";
    const attributes = `NAME="${name}" TYPE="${wireType(first)}"`;
    const texts = values.map((value) => `<VALUE>${escapeXml(String(value))}</VALUE>`).join("");
    return elements.length > 1
      ? `<PROPERTY.ARRAY ${attributes}><VALUE.ARRAY>${texts}</VALUE.ARRAY></PROPERTY.ARRAY>`
      : `<PROPERTY ${attributes}>${texts}</PROPERTY>`;
  });
  return `<INSTANCE CLASSNAME="${className}">${written.join("")}</INSTANCE>`;
}

/** WS-CIM's names of types, as `xsi:type` has them. Source: DSP8004 (common.xsd). */
const wireTypes: Readonly<Record<string, string>> = {
  cimBoolean: "boolean",
  cimByte: "sint8",
  cimChar16: "char16",
  cimDouble: "real64",
  cimFloat: "real32",
  cimInt: "sint32",
  cimLong: "sint64",
  cimShort: "sint16",
  cimUnsignedByte: "uint8",
  cimUnsignedInt: "uint32",
  cimUnsignedLong: "uint64",
  cimUnsignedShort: "uint16",
};

function wireType(found: XmlElement): string {
  const named = wireTypes[(found.attributes["type"] ?? "").replace(/^.*:/, "")];
  const isTime = childOf(found, "Datetime") ?? childOf(found, "Interval") ?? childOf(found, "CIM_DateTime");
  return named ?? (isTime ? "datetime" : "string");
}
