import type { HostView, MachineView } from "pulumi-hyperv-snapshots/simulator";

/** One line of a tree, and what hangs below it. */
interface Node {
  readonly text: string;
  readonly below: readonly Node[];
}

/** Draws a host as a tree: its groups, their machines, and under each machine its snapshots. */
export function drawHost(host: HostView): string {
  const groups = host.groups.map(({ name, id, machines }) => ({
    text: `VM group ${name}  {${id}}`,
    below: machines.map(machineNode),
  }));
  const others = host.otherMachines.map(machineNode);
  return draw({ text: `${host.hostName} (simulated)`, below: [...groups, ...others] }).join("\n");
}

function machineNode({ name, state, snapshots }: MachineView): Node {
  return {
    text: `${name}  ${state}`,
    below: snapshots.map((snapshot) => ({
      text: `snapshot "${snapshot.name}"  taken ${snapshot.createdAt.replace("T", " ").replace(/\.\d+Z$/, " UTC")}`,
      below: [],
    })),
  };
}

function draw({ text, below }: Node): string[] {
  return [
    text,
    ...below.flatMap((node, index) => {
      const last = index === below.length - 1;
      const [first = "", ...rest] = draw(node);
      return [`${last ? "└─ " : "├─ "}${first}`, ...rest.map((line) => `${last ? "   " : "│  "}${line}`)];
    }),
  ];
}
