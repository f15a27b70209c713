import { inTurn, type Measure } from "../harness/measure";
import { pulumiUp } from "../harness/pulumi-run";
import { seedOfGroups } from "../harness/seeds";

/** What most people do most of the time. */
export const oneSnapshot: Measure = {
  name: "one-snapshot",
  about:
    "`pulumi up --skip-preview` of one snapshot, from key press to prompt, beside one resource that does nothing (the floor) on the same CLI. The lowest of the rounds: what else the machine does only adds.",
  run: async ({ isFull, say }) => {
    const rounds = isFull ? 15 : 5;
    let host = 0;
    say(`pulumi up of 1, ${rounds} rounds`);
    const seconds = await inTurn(rounds, {
      ours: async () => {
        const cost = await pulumiUp(["ours.js"], 1, seedOfGroups(1));
        host = cost.hostSeconds;
        return cost.seconds;
      },
      floor: async () => (await pulumiUp(["floor.js"], 1, seedOfGroups(1))).seconds,
    });
    return {
      figures: [
        {
          what: "time of `pulumi up` of 1",
          unit: "s",
          ours: Math.min(...seconds.ours),
          host,
          peer: { name: "the floor", value: Math.min(...seconds.floor) },
        },
      ],
    };
  },
};
