import { describe, expect, it } from "vitest";
import { builtVersion } from "../../../../tools/pulumi-cli/go-build";
import { isAtLeast, oldestUsableVersion } from "../../../../tools/pulumi-cli/pulumi-version";

describe("isAtLeast", () => {
  it.each([
    ["3.254.0", "3.254.0", true],
    ["3.254.1", "3.254.0", true],
    ["3.1000.0", "3.254.0", true],
    ["4.0.0", "3.254.0", true],
    ["3.254.0-alpha.x123", "3.254.0", true],
    ["3.253.9", "3.254.0", false],
    ["2.999.0", "3.254.0", false],
    ["1.26", "1.25.11", true],
    ["1.25", "1.25.11", false],
    ["1.25rc1", "1.25.11", false],
    ["", "1.25.11", false],
  ])("compares %s with %s: %s", (version, oldest, expected) => {
    expect(isAtLeast(version, oldest)).toBe(expected);
  });

  it("accepts the version that go.mod pins", () => {
    expect(isAtLeast(builtVersion, oldestUsableVersion)).toBe(true);
  });
});
