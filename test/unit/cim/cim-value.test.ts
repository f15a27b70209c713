import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  dateTimeFromMilliseconds,
  intervalFromMilliseconds,
  isoFromDateTime,
  millisecondsFromInterval,
} from "../../../provider/src/cim/cim-value";

describe("a datetime of DSP0004", () => {
  it.each([
    ["20261123064200.123456+000", "2026-11-23T06:42:00.123Z"],
    ["20261123074200.000000+060", "2026-11-23T06:42:00.000Z"],
    ["20261123014200.000000-300", "2026-11-23T06:42:00.000Z"],
    ["16010101000000.000000+000", null],
  ])("%s is %s", (text, iso) => expect(isoFromDateTime(text)).toBe(iso));

  it("keeps every point in time, to the millisecond", () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date("1700-01-01"), max: new Date("9999-01-01"), noInvalidDate: true }),
        (date) => {
          expect(isoFromDateTime(dateTimeFromMilliseconds(date.getTime()))).toBe(date.toISOString());
        },
      ),
    );
  });

  it.each(["2026-11-23T06:42:00Z", "", "00000000000500.000000:000"])("is not %j", (text) =>
    expect(() => isoFromDateTime(text)).toThrow("not in the form of DSP0004"),
  );
});

describe("an interval of DSP0004", () => {
  it("reads the 5 minutes for which a host keeps a job", () => {
    expect(millisecondsFromInterval("00000000000500.000000:000")).toBe(300_000);
  });

  it("keeps every length, to the millisecond", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 90 * 86_400_000 }), (milliseconds) => {
        expect(millisecondsFromInterval(intervalFromMilliseconds(milliseconds))).toBe(milliseconds);
      }),
    );
  });
});
