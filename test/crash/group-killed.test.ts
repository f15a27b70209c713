import { expect, it } from "vitest";
import { isWhole } from "./form";
import { everyPoint, interruptEachPoint, onePerKind } from "./matrix";
import { groupOperations } from "./operations";
import { keptProgress, noProgress } from "./progress";
import { ProviderStage } from "./provider-stage";
import { groupSubject } from "./stage";
import { simulatedWay } from "./ways";

it.each(groupOperations)(
  "the provider is killed during $name of a VM group: the host has exactly the group of the state",
  async (operation) => {
    const choose = isWhole ? everyPoint : onePerKind();
    const progress = isWhole ? keptProgress(`group, ${operation.name}`) : noProgress;
    const stage = new ProviderStage(simulatedWay({ groups: [] }), operation.configuration, { subject: groupSubject });
    expect(await interruptEachPoint(operation, { stage, action: "provider", choose, progress })).toBeGreaterThan(0);
  },
);
