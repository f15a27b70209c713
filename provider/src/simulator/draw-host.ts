import { drawTree, type TreeNode } from "../draw-tree";
import { momentText } from "../moment-text";
import type { HostView, MachineView } from "./host-tree";

/**
 * Draws a host as a tree: its groups, their machines, and under each machine its snapshots.
 *
 * @public
 */
export function drawHost(host: HostView): string {
  const groups = host.groups.map(({ name, id, machines }) => ({
    text: `VM group ${name}  {${id}}`,
    below: machines.map(machineNode),
  }));
  const others = host.otherMachines.map(machineNode);
  return drawTree({ text: `${host.hostName} (simulated)`, below: [...groups, ...others] });
}

function machineNode({ name, state, applicationVersion, snapshots }: MachineView): TreeNode {
  return {
    text: `${name}  ${state}${versionText(applicationVersion)}`,
    below: snapshots.map((snapshot) => ({
      text: `snapshot "${snapshot.name}"  ${momentText(snapshot.createdAt)}${versionText(snapshot.applicationVersion)}`,
      below: [],
    })),
  };
}

const versionText = (version: string | null) => (version === null ? "" : `  application ${version}`);
