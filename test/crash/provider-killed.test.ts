import { expect, it } from "vitest";
import { isWhole } from "./form";
import { everyPoint, interruptEachPoint, onePerKind } from "./matrix";
import { operations } from "./operations";
import { keptProgress, noProgress } from "./progress";
import { ProviderStage } from "./provider-stage";
import { simulatedWay } from "./ways";

const chooseInTurn = onePerKind();

it.each(operations)(
  "the provider is killed during $name: the host has exactly the snapshot of the state",
  async (operation) => {
    const choose = isWhole ? everyPoint : chooseInTurn;
    const progress = isWhole ? keptProgress(operation.name) : noProgress;
    const stage = new ProviderStage(simulatedWay(), operation.configuration);
    const tried = await interruptEachPoint(operation, { stage, action: "provider", choose, progress });
    expect(tried).toBeGreaterThan(0);
  },
);
