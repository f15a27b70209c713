import type { Details, Figure, Measure, Measured } from "../harness/measure";
import { pulumiUp, type UpCost } from "../harness/pulumi-run";
import { seedOfGroups } from "../harness/seeds";

const programs = {
  ours: ["ours.js"],
  floor: ["floor.js"],
  same: ["same-properties.js", "outputs.json"],
  usual: ["usual.js"],
  captured: ["captured-transport.js", "powershell-transport.js"],
} as const;

type Program = keyof typeof programs;

/** What the time of `pulumi up` is to be, beside that of a peer. */
const goals = { usual: 0.6, floor: 1.6 } as const;

/** What it costs to have many snapshots in one stack. */
export const up: Measure = {
  name: "up",
  about:
    "`pulumi up` of one-member snapshots with the real CLI and a backend in files, on a host whose jobs complete at once, beside as many resources that do nothing: written the usual way (`pulumi.dynamic.Resource` with its seven methods inline), the same with its transport captured, the floor (a text of 85 bytes and no outputs), and the floor with the inputs and outputs that ours have, registered as ours are, which is about the least that they can take. The lowest of the rounds counts (two in the short form, three in the full one; of 1,000 there is one).",
  run: async ({ isFull, say, count = 300 }) => {
    const all = await compare(count, {
      rounds: isFull ? 3 : 2,
      names: ["ours", "floor", "same", "usual", "captured"],
      say,
    });
    if (!isFull) return all;
    const more = await compare(1000, { rounds: 1, names: ["ours", "floor", "same", "usual"], say });
    return { figures: [...all.figures, ...more.figures], details: [...all.details, ...more.details] };
  },
};

async function compare(
  count: number,
  { rounds, names, say }: { rounds: number; names: readonly Program[]; say: (text: string) => void },
): Promise<Required<Pick<Measured, "figures" | "details">>> {
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
  const [usual, floor, same] = [best.get("usual")!, best.get("floor")!, best.get("same")!];
  const captured = best.get("captured");
  const time = { what: `time of \`pulumi up\` of ${count}`, unit: "s", ours: seconds, host: hostSeconds } as const;
  const state = { what: `state file after ${count}`, unit: "KB", ours: stateKb } as const;
  const figures: Figure[] = [
    { ...time, peer: { name: "usual dynamic resources", value: usual.seconds }, atMostRatio: goals.usual },
    { ...state, peer: { name: "usual dynamic resources", value: usual.stateKb }, atMostRatio: 0.4 },
    { ...time, peer: { name: "the floor", value: floor.seconds }, atMostRatio: goals.floor },
    { ...time, peer: { name: "the floor with the same properties", value: same.seconds } },
    ...(captured
      ? [
          { ...time, peer: { name: "a captured transport", value: captured.seconds } },
          { ...state, peer: { name: "a captured transport", value: captured.stateKb } },
        ]
      : []),
  ];
  return { figures, details: [limits(count, best.get("ours")!, same, { usual, floor })] };
}

/** How near to its goals a provider could come that has these inputs and outputs. */
function limits(
  count: number,
  ours: UpCost,
  same: UpCost,
  peers: Readonly<Record<keyof typeof goals, UpCost>>,
): Details {
  const row = (name: keyof typeof goals, called: string) => {
    const ratioTo = (seconds: number) => `${(seconds / peers[name].seconds).toFixed(2)} ×`;
    const ratios = [ours.seconds, ours.seconds - ours.hostSeconds, same.seconds].map(ratioTo);
    return [called, ...ratios, `≤ ${goals[name]} ×`];
  };
  return {
    title: `What a provider that does nothing takes for ${count} resources with these inputs and outputs is about the least that ours could reach`,
    columns: ["beside", "ours", "ours without the host", "a provider that does nothing", "to reach"],
    rows: [row("usual", "usual dynamic resources"), row("floor", "the floor")],
  };
}
