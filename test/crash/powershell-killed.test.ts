import { expect, it } from "vitest";
import { untilEnded } from "../support/processes";
import { isWhole } from "./form";
import { type Choose, interruptEachPoint, onePerKind } from "./matrix";
import { operations } from "./operations";
import { keptProgress, noProgress } from "./progress";
import { ProviderStage } from "./provider-stage";
import { powerShellWay } from "./ways";

const notLinux = "only-linux: who started whom";

/** The request itself: a start of PowerShell takes its time, and the long form tries all kinds of points. */
const onlyTheRequest: Choose = (points) => points.filter((point) => point === "invoke CreateSnapshot #1 after");

const interruptedOperations = isWhole ? ["create", "--replace, the new one first", "delete"] : ["create"];
const killed = (["provider", "shells"] as const).flatMap((action) =>
  operations.filter(({ name }) => interruptedOperations.includes(name)).map((operation) => ({ ...operation, action })),
);

it.for(killed)(
  "the $action killed during $name: one snapshot exists, and no shell still runs",
  async (operation, context) => {
    const { action } = operation;
    if (action === "shells" && process.platform !== "linux") context.skip(notLinux);
    const part = `${operation.name}, ${action}`;
    const way = await powerShellWay(context);
    const choose = isWhole ? onePerKind() : onlyTheRequest;
    const progress = isWhole ? keptProgress(`${part} through PowerShell`) : noProgress;
    const stage = new ProviderStage(way, operation.configuration);
    try {
      expect(await interruptEachPoint(operation, { stage, action, choose, progress })).toBeGreaterThan(0);
      await untilEnded(way.shells());
    } finally {
      await way.stop();
    }
  },
);
