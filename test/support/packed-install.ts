import type { TestContext } from "vitest";

/** The folder of an install that the set-up made (`tools/test/packed-installs.ts`); skips the test where there is none. */
export function packedInstall(context: TestContext, name: string, skip: string): string {
  const folder = process.env[`TEST_INSTALL_${name}`];
  if (folder === undefined) {
    context.skip(
      `${skip}: ${process.env[`TEST_INSTALL_${name}_MISSING`] ?? "the set-up didn't run; run it with npm test"}`,
    );
  }
  return folder;
}
