import { describe, expect, it } from "vitest";
import { isWhole } from "./form";
import { everyPoint, interruptEachPoint, onePerKind } from "./matrix";
import { groupOperations } from "./operations";
import { keptProgress, noProgress } from "./progress";
import { ProviderStage } from "./provider-stage";
import { groupSubject } from "./stage";
import { simulatedWay } from "./ways";

/** A host whose group methods answer at once, as hosts were seen to do, and one where they start jobs, as documented. */
const completions = ["atOnce", "job"] as const;

describe.each(completions)("with the completion of group methods %s", (groupCompletion) => {
  it.each(groupOperations)(
    "the provider is killed during $name of a VM group: the host has exactly the group of the state",
    async (operation) => {
      const choose = isWhole ? everyPoint : onePerKind();
      const progress = isWhole ? keptProgress(`group, ${groupCompletion}, ${operation.name}`) : noProgress;
      const way = simulatedWay({ groups: [], options: { groupCompletion } });
      const stage = new ProviderStage(way, operation.configuration, { subject: groupSubject });
      expect(await interruptEachPoint(operation, { stage, action: "provider", choose, progress })).toBeGreaterThan(0);
    },
  );
});
