import type { Figure, Measure } from "../harness/measure";
import { pulumiUp, type UpCost } from "../harness/pulumi-run";
import { seedOfGroups } from "../harness/seeds";

const programs = {
  ours: ["ours.js"],
  floor: ["floor.js"],
  same: ["same-properties.js"],
  usual: ["usual.js"],
  captured: ["captured-transport.js", "powershell-transport.js"],
} as const;

type Program = keyof typeof programs;

/** What it costs to have many snapshots in one stack. */
export const up: Measure = {
  name: "up",
  about:
    "`pulumi up` of one-member snapshots with the real CLI and a backend in files, on a host whose jobs complete at once, beside as many resources that do nothing: written the usual way (`pulumi.dynamic.Resource` with its seven methods inline), the same with its transport captured, the floor (a text of 85 bytes and no outputs), and the floor with the inputs and outputs that ours have, which is what the engine takes for them. The lowest of the rounds counts (one in the short form).",
  run: async ({ isFull, say, count = 300 }) => {
    const figures = await compare(count, {
      rounds: isFull ? 3 : 1,
      names: ["ours", "floor", "same", "usual", "captured"],
      say,
    });
    if (!isFull) return { figures };
    const more = await compare(1000, { rounds: 1, names: ["ours", "floor", "same", "usual"], say });
    return { figures: [...figures, ...more] };
  },
};

async function compare(
  count: number,
  { rounds, names, say }: { rounds: number; names: readonly Program[]; say: (text: string) => void },
): Promise<Figure[]> {
  const best = new Map<Program, UpCost>();
  for (let round = 1; round <= rounds; round += 1) {
    for (const name of names) {
      say(`pulumi up of ${count}, ${name}, round ${round} of ${rounds}`);
      const cost = await pulumiUp(programs[name], count, seedOfGroups(count));
      const before = best.get(name);
      if (before === undefined || cost.seconds < before.seconds) best.set(name, cost);
    }
  }
  const { seconds, hostSeconds, stateKb } = best.get("ours")!;
  const time = { what: `time of \`pulumi up\` of ${count}`, unit: "s", ours: seconds, host: hostSeconds } as const;
  const state = { what: `state file after ${count}`, unit: "KB", ours: stateKb } as const;
  const usual = best.get("usual")!;
  const captured = best.get("captured");
  return [
    { ...time, peer: { name: "usual dynamic resources", value: usual.seconds }, atMostRatio: 0.6 },
    { ...state, peer: { name: "usual dynamic resources", value: usual.stateKb }, atMostRatio: 0.4 },
    { ...time, peer: { name: "the floor", value: best.get("floor")!.seconds }, atMostRatio: 1.6 },
    { ...time, peer: { name: "the floor with the same properties", value: best.get("same")!.seconds } },
    ...(captured
      ? [
          { ...time, peer: { name: "a captured transport", value: captured.seconds } },
          { ...state, peer: { name: "a captured transport", value: captured.stateKb } },
        ]
      : []),
  ];
}
