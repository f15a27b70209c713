import { expect, it } from "vitest";
import { countPoints } from "./count-points";
import { isWhole } from "./form";
import { cutOff, everyPoint, onePerKind } from "./matrix";
import { operations } from "./operations";
import { keptProgress, noProgress } from "./progress";
import { ProviderStage } from "./provider-stage";
import { simulatedWay } from "./ways";

const count = countPoints();
const chooseInTurn = onePerKind();
let all = 0;

it.each(operations)("the provider is killed during $name: one snapshot, which the state names", async (operation) => {
  const choose = isWhole ? everyPoint : chooseInTurn;
  const progress = isWhole ? keptProgress(operation.name) : noProgress;
  const stage = new ProviderStage(simulatedWay(), operation.configuration);
  const tried = await cutOff(operation, { stage, action: "provider", choose, progress });
  expect(tried).toBeGreaterThan(0);
  all += tried;
  if (isWhole) count(operation.name, tried);
});

// in the reduced form, which operation a kind is first seen in depends on how fast its run was
if (!isWhole) {
  it("the provider was killed at as many points as ever, all operations together", () => {
    count("the provider killed, all operations", all);
  });
}
