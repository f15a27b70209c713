import type { Reporter, TestModule, Vitest } from "vitest/node";
import expectedSkips from "../expected-skips.json" with { type: "json" };

/** An allowed skip. */
interface ExpectedSkip {
  readonly id: string;
  readonly condition: string;
  /** Where the tests named here (by a part of their full names) are skipped without a note. */
  readonly platforms?: readonly string[];
  readonly tests?: readonly string[];
}

function isExpected(fullName: string, note: string | undefined): boolean {
  return (expectedSkips as readonly ExpectedSkip[]).some(({ id, platforms = [], tests = [] }) =>
    note === undefined
      ? platforms.includes(process.platform) && tests.some((name) => fullName.includes(name))
      : note.split(":")[0] === id,
  );
}

/**
 * Ends a run with `N passed, N failed, N skipped` and decides whether it succeeded.
 *
 * A skip has to be listed in `test/expected-skips.json`: by a note that begins with an entry's id, or by its name where an entry
 * is for the platform the tests run on. Any other skip is a failure, and so is a layer in which no test ran.
 */
export class TallyReporter implements Reporter {
  private vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.vitest = vitest;
  }

  /** The projects that must run something: all or those of `--project`, unless certain files or tests were asked for. */
  private get projects(): readonly string[] {
    // Vitest has no public name for the files that the command line asks for
    const { config, projects, filenamePattern } = this.vitest as Vitest & { readonly filenamePattern?: string[] };
    const isFiltered = filenamePattern ?? config.testNamePattern ?? config.changed ?? config.related;
    return isFiltered ? [] : projects.map(({ name }) => name);
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const problems: string[] = [];
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0, pending: 0 };
    const ranIn = new Map(this.projects.map((project) => [project, 0]));
    for (const module of modules) {
      const project = module.project.name;
      // a file that can't be loaded has no tests that could fail
      if (module.errors().length > 0) count.failed += 1;
      for (const test of module.children.allTests()) {
        const result = test.result();
        count[result.state] += 1;
        if (result.state !== "skipped") {
          ranIn.set(project, (ranIn.get(project) ?? 0) + 1);
        } else if (!isExpected(test.fullName, result.note) && !this.vitest?.config.testNamePattern) {
          problems.push(`skipped without a listed reason: ${project} > ${test.fullName}`);
        }
      }
    }
    for (const [project, ran] of ranIn) if (ran === 0) problems.push(`no test ran in ${project}`);
    if (count.passed + count.failed === 0 && !this.vitest?.config.passWithNoTests) problems.push("no test ran");
    count.failed += problems.length + count.pending;
    for (const problem of problems) console.log(`FAILED ${problem}`);
    console.log(`${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped`);
    if (count.failed > 0) process.exitCode = 1;
  }
}
