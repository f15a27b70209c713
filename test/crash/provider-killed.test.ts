import { it } from "vitest";
import { countPoints } from "./count-points";
import { isWhole } from "./form";
import { cutOff, everyPoint, onePerKind } from "./matrix";
import { operations } from "./operations";
import { keptProgress, noProgress } from "./progress";
import { ProviderStage } from "./provider-stage";
import { simulatedWay } from "./ways";

const count = countPoints();
const chooseInTurn = onePerKind();

it.each(operations)("the provider is killed during $name: one snapshot, which the state names", async (operation) => {
  const choose = isWhole ? everyPoint : chooseInTurn;
  const progress = isWhole ? keptProgress(operation.name) : noProgress;
  const stage = new ProviderStage(simulatedWay(), operation.configuration);
  count(operation.name, await cutOff(operation, { stage, action: "provider", choose, progress }));
});
