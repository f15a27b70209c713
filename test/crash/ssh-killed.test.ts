import { expect, it } from "vitest";
import { untilEnded } from "../support/processes";
import { requireSshServer, sshClients } from "../support/ssh-server";
import { isWhole } from "./form";
import type { Action, ConnectionAction, KillPoint } from "./kill-points";
import { everyPoint, interruptEachPoint, onePerKind } from "./matrix";
import { operations } from "./operations";
import { keptProgress, noProgress } from "./progress";
import { SshStage, sshWay } from "./ssh-stage";

const outcomeUnknown = "invoke CreateSnapshot #1 after";

/** What the short form tries beside the unknown outcome: one point of each verb, since a connection doesn't know the classes. */
const others: Readonly<Record<ConnectionAction, KillPoint>> = {
  client: "connect host #1 after",
  sshd: "associators Msvm_ComputerSystem #1 after",
  remote: "invoke CreateSnapshot #1 before",
  // by the session of polls
  silent: "query Msvm_ConcreteJob #1 after",
};
const shortPoints: Readonly<Partial<Record<Action, readonly KillPoint[]>>> = {
  provider: [outcomeUnknown],
  ...Object.fromEntries(Object.entries(others).map(([action, point]) => [action, [point, outcomeUnknown]])),
};
const known = isWhole ? undefined : [outcomeUnknown, ...Object.values(others)];

const operationsTried = isWhole ? ["create", "--replace, the new one first", "delete"] : ["create"];
const killed = Object.entries(shortPoints).flatMap(([action, points = []]) =>
  operations
    .filter(({ name }) => operationsTried.includes(name))
    .map((operation) => ({ ...operation, action: action as Action, points })),
);

it.for(killed)(
  "$action over ssh during $name: one snapshot exists, and nothing still runs at either end",
  async ({ action, points, ...operation }, context) => {
    requireSshServer(context);
    if (process.platform !== "linux") context.skip("only-linux: which process started which");
    const long = operation.name === "create" ? everyPoint : onePerKind();
    const choose = isWhole ? long : () => points;
    const progress = isWhole ? keptProgress(`${operation.name}, ${action} over ssh`) : noProgress;
    const way = await sshWay();
    try {
      const stage = new SshStage(way, operation.configuration, known);
      const tried = await interruptEachPoint(operation, { stage, action, choose, progress });
      expect(tried).toBeGreaterThanOrEqual(isWhole ? 1 : points.length);
      await untilEnded([...sshClients(), ...way.processes()]);
    } finally {
      await way.stop();
    }
  },
);
