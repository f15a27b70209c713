import type { TestContext } from "vitest";

/**
 * Returns what `tools/test/main.ts` installed for tests: a folder of npm packages (PACKED, NEWEST), the `python` with the packages
 * of `python-packages.txt` (PYTHON), or Pulumi's language host for YAML (YAML). Skips the test where it isn't there.
 */
export function preparedInstall(
  context: TestContext,
  name: "PACKED" | "NEWEST" | "PYTHON" | "YAML",
  skip: string,
): string {
  const path = process.env[`TEST_INSTALL_${name}`];
  if (path === undefined) {
    const reason =
      process.env[`TEST_INSTALL_${name}_MISSING`] ?? "run the test with npm run test:all, which installs it";
    context.skip(`${skip}: ${reason}`);
  }
  return path;
}
