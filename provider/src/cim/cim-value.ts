import { ProtocolError } from "../errors";
import type { CimInstancePath } from "./cim-instance-path";

/**
 * One value as the host sees it, in a form that loses nothing.
 *
 * | CIM type | here |
 * | --- | --- |
 * | `boolean`, `string` | the same |
 * | integers of up to 32 bits, reals | `number` |
 * | `uint64`, `sint64` | `bigint` |
 * | `datetime` | its text in DSP0004 form, `20261123064200.000000+000` or, for an interval, `00000000000500.000000:000` |
 * | reference | {@link CimInstancePath} |
 * | embedded instance | its CIM-XML text |
 */
export type CimScalar = null | boolean | number | bigint | string | CimInstancePath;

/** A scalar, or an array of scalars. */
export type CimValue = CimScalar | readonly CimScalar[];

const timestamp = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)\.(\d{6})([+-])(\d{3})$/;
const interval = /^(\d{8})(\d\d)(\d\d)(\d\d)\.(\d{6}):000$/;

/** The zero FILETIME that hosts send for "no time", such as a job's `InstallDate`. */
const zeroTime = Date.UTC(1601, 0, 1);

/**
 * Reads a point in time from DSP0004 text.
 *
 * @returns ISO 8601 in UTC, to the millisecond; null for the zero time of 1601 that hosts send without a time.
 * @throws {@link ProtocolError} when the text isn't a point in time.
 */
export function isoFromDateTime(text: string): string | null {
  const [, year, month, day, hour, minute, second, microseconds, sign, offset] =
    timestamp.exec(text) ?? notReadable(text);
  const local = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const utc = local + Math.floor(Number(microseconds) / 1000) - (sign === "-" ? -1 : 1) * Number(offset) * 60_000;
  return utc === zeroTime ? null : new Date(utc).toISOString();
}

/** Writes a point in time (milliseconds since 1970) as DSP0004 text in UTC. */
export function dateTimeFromMilliseconds(milliseconds: number): string {
  const digits = new Date(milliseconds).toISOString().replace(/\D/g, "");
  return `${digits.slice(0, 14)}.${digits.slice(14).padEnd(6, "0")}+000`;
}

/**
 * Reads an interval from DSP0004 text.
 *
 * @returns Milliseconds.
 * @throws {@link ProtocolError} when the text isn't an interval.
 */
export function millisecondsFromInterval(text: string): number {
  const [, days, hours, minutes, seconds, microseconds] = interval.exec(text) ?? notReadable(text);
  return (
    ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000 +
    Number(seconds) * 1000 +
    Math.floor(Number(microseconds) / 1000)
  );
}

/** Writes an interval, given in milliseconds, as DSP0004 text. */
export function intervalFromMilliseconds(milliseconds: number): string {
  const part = (value: number, width: number) => String(Math.floor(value)).padStart(width, "0");
  const seconds = milliseconds / 1000;
  return (
    part(seconds / 86_400, 8) +
    part((seconds / 3600) % 24, 2) +
    part((seconds / 60) % 60, 2) +
    `${part(seconds % 60, 2)}.${part((milliseconds % 1000) * 1000, 6)}:000`
  );
}

function notReadable(text: string): never {
  throw new ProtocolError({
    attempted: "Reading a datetime",
    target: JSON.stringify(text),
    answer: "it is not in the form of DSP0004 (yyyymmddhhmmss.mmmmmm+utc, or ddddddddhhmmss.mmmmmm:000)",
    outcome: "Nothing was changed by this",
    remedy: "Report it with the host's version: no host is known to send such a time",
  });
}
