import { describe, expect, it } from "vitest";
import { CliStage } from "./cli-stage";
import { isWhole } from "./form";
import type { Action } from "./kill-points";
import { type Choose, interruptEachPoint, onePerKind } from "./matrix";
import { first, type Operation, operations } from "./operations";
import { keptProgress, noProgress } from "./progress";

const only =
  (chosen: string): Choose =>
  (points) =>
    points.filter((point) => point === chosen);

/** What happens to the CLI, and at which points; the engine's tests kill it in the middle of a job anyway. */
const whole: readonly (readonly [Action, Choose])[] = [
  ["cli", onePerKind()],
  ["both", onePerKind()],
  ["interrupt", onePerKind()],
  // the provider is about to answer
  ["unwritable", only("write record returned #1 after")],
];
const reduced: typeof whole = [
  ["interrupt", only("query Msvm_ConcreteJob #1 after")],
  ["unwritable", only("write record returned #1 after")],
];

/** The state can be made unwritable while a `create` answers where there is one. */
const isCut = (action: Action, { name }: Operation) => action !== "unwritable" || /create|replace/.test(name);

const cut = (isWhole ? whole : reduced).flatMap(([action, choose]) =>
  operations
    .slice(0, isWhole ? undefined : 1)
    .filter((operation) => isCut(action, operation))
    .map((operation) => ({ ...operation, action, choose })),
);

describe.skipIf(process.platform === "win32")("with the real CLI", () => {
  it.each(cut)("$action during $name: the next up resumes", async ({ action, choose, ...operation }) => {
    const part = `${operation.name}, the CLI, ${action}`;
    const stage = await CliStage.create(operation.configuration);
    const progress = isWhole ? keptProgress(part) : noProgress;
    expect(await interruptEachPoint(operation, { stage, action, choose, progress })).toBeGreaterThan(0);
  });

  it("the output pipe closes: the next up resumes", async () => {
    const stage = await CliStage.create();
    await stage.upReadBy("head -n 1", first);
    await stage.up(first);
    expect(stage.sent).toBe(1);
    expect(stage.collections()).toEqual([stage.named]);
    await stage.destroy();
    expect(stage.collections()).toEqual([]);
  });
});
