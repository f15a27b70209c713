import { CimInstancePath } from "../cim/cim-instance-path";
import type { CimScalar, CimValue } from "../cim/cim-value";

const integer = /^(u|s)int(8|16|32|64)$/;
const datetime = /^(\d{14}\.\d{6}[+-]\d{3}|\d{14}\.\d{6}:000)$/;

/** Tells whether a property or parameter of a CIM type can hold a value; null always fits. */
export function fitsType(value: CimValue, type: string): boolean {
  if (value === null) return true;
  const element = type.endsWith("[]") ? type.slice(0, -2) : undefined;
  if (element === undefined) return !Array.isArray(value) && scalarFits(value as CimScalar, type);
  return (
    Array.isArray(value) && (value as readonly CimScalar[]).every((item) => item !== null && scalarFits(item, element))
  );
}

function scalarFits(value: CimScalar, type: string): boolean {
  if (type === "boolean") return typeof value === "boolean";
  if (type === "datetime") return typeof value === "string" && datetime.test(value);
  if (type.startsWith("ref ")) return value instanceof CimInstancePath;
  const [, sign, bits] = integer.exec(type) ?? [];
  if (bits === undefined) return typeof value === "string"; // a string, or an embedded instance as text
  const size = BigInt(bits);
  const lowest = sign === "u" ? 0n : -(1n << (size - 1n));
  const highest = (1n << (sign === "u" ? size : size - 1n)) - 1n;
  if (bits === "64" ? typeof value !== "bigint" : !Number.isInteger(value)) return false;
  const exact = BigInt(value as number | bigint);
  return exact >= lowest && exact <= highest;
}

/** Copies a value deeply, so that a caller can't change the host through it. */
export function copyValue(value: CimValue): CimValue {
  return Array.isArray(value) ? value.map((item) => copyValue(item) as CimScalar) : copyPath(value as CimScalar);
}

function copyPath(value: CimScalar): CimScalar {
  return value instanceof CimInstancePath
    ? new CimInstancePath({
        className: value.className,
        keys: { ...value.keys },
        namespace: value.namespace,
        host: value.host,
      })
    : value;
}
