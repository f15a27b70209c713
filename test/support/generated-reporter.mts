import type { Reporter, TestModule } from "vitest/node";

/** Tells at the end how many generated cases of each kind a run went through, and how to have the same ones again. */
export class GeneratedReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = new Map<string, number>();
    let total = 0;
    let seed = 0;
    for (const test of modules.flatMap(({ children }) => [...children.allTests()])) {
      const { generated } = test.meta();
      if (!generated) continue;
      counts.set(generated.kind, (counts.get(generated.kind) ?? 0) + generated.count);
      total += generated.count;
      seed = generated.seed;
    }
    if (total === 0) return;
    const listed = [...counts].map(([kind, count]) => `${kind} ${count}`).join(", ");
    console.log(`${total} cases of generated input (FUZZ_SEED=${seed}): ${listed}`);
  }
}
