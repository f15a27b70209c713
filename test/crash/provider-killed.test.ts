import { afterAll, expect, it } from "vitest";
import { untilGone } from "../support/processes";
import counts from "./counts.json" with { type: "json" };
import { form, isWhole } from "./form";
import { cutOff, everyPoint, onePerKind } from "./matrix";
import { operations } from "./operations";
import { keptProgress, noProgress } from "./progress";
import { powerShellWay, simulatedWay } from "./ways";

const expected: Readonly<Record<string, number>> = counts[form];

const chooseInTurn = onePerKind();
const found: Record<string, number> = {};

function report(part: string, { tried, missed }: { tried: number; missed: number }): void {
  found[part] = tried;
  console.log(`${part}: ${tried} points${missed > 0 ? `, ${missed} that this run didn't come to` : ""}`);
  expect(tried, `points of ${part}: fewer than ever counted`).toBeGreaterThanOrEqual(expected[part] ?? 0);
  expect(missed).toBeLessThanOrEqual(Math.ceil(tried / 10));
}

afterAll(() => console.log(`Points passed (${form}): ${JSON.stringify(found)}`));

it.each(operations)("the provider is killed during $name: one snapshot, which the state names", async (operation) => {
  const way = simulatedWay();
  const choose = isWhole ? everyPoint : chooseInTurn;
  const progress = isWhole ? keptProgress(operation.name) : noProgress;
  report(operation.name, await cutOff(operation, { way, action: "provider", choose, progress }));
});

const throughPowerShell = (["provider", "shells"] as const).flatMap((action) =>
  operations
    .filter(({ name }) => (isWhole ? ["create", "--replace", "delete"] : ["create"]).includes(name))
    .map((operation) => ({ ...operation, action })),
);

it.for(throughPowerShell)(
  "through PowerShell, the $action killed during $name: one snapshot, no shell left",
  async (operation, context) => {
    const { action } = operation;
    if (action === "shells" && process.platform !== "linux") context.skip("only-linux: who started whom");
    const part = `${operation.name} through PowerShell, ${action}`;
    const way = await powerShellWay(context);
    // a start of PowerShell takes its time: all kinds of points in the long form, the request in the short one
    const choose = isWhole
      ? onePerKind()
      : (points: readonly string[]) => points.filter((point) => point === "invoke CreateSnapshot #1 after");
    try {
      const progress = isWhole ? keptProgress(part) : noProgress;
      report(part, await cutOff(operation, { way, action, choose, progress }));
      await untilGone(way.shells());
    } finally {
      await way.stop();
    }
  },
);
