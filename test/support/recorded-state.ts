import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { addMember, defineGroup } from "../../provider/src/hyperv/collection-management-service";
import type { HyperVHost } from "../../provider/src/hyperv/hyperv-host";
import { servicePath } from "../../provider/src/hyperv/service-path";
import { memberSnapshots } from "../../provider/src/hyperv/snapshot-collection";
import { nameSnapshots } from "../../provider/src/hyperv/snapshot-name";
import { findVirtualSystemCollection, machinePath } from "../../provider/src/hyperv/virtual-system-collection";
import { systemClock } from "../../provider/src/jobs/clock";
import { JobMonitor } from "../../provider/src/jobs/job-monitor";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { simulatedSession } from "../../provider/src/transports/simulated/simulated-session";
import { repositoryFolder } from "./repository";

const states = join(repositoryFolder, "test/fixtures/states");

/** The versions whose states are recorded: they stay for good. */
export const recordedVersions: readonly string[] = readdirSync(states);

/** The program that left the state of a version behind. */
export const recordedProgram = (version: string) => readFileSync(join(states, version, "index.js"), "utf8");

const stateFile = (version: string) => join(states, version, "state.json");

/** Whether the state of a version is there. */
export const isRecorded = (version: string) => existsSync(stateFile(version));

/** Keeps what `pulumi stack export` wrote, but for the paths of this machine. */
export function recordState(version: string, exported: string): void {
  const withoutPaths = (name: string, value: unknown) => {
    if (name === "sourcePosition" || name === "stackTrace") return undefined;
    return name === "hyperv-snapshots:simulatedHost" ? "host.jsonl" : value;
  };
  const state = JSON.parse(exported, withoutPaths);
  writeFileSync(stateFile(version), `${JSON.stringify(state, null, 2)}\n`);
}

interface Member {
  readonly vmId: string;
  readonly snapshotId: string;
}

/**
 * Makes on a fresh host what a recorded state names: its group, and a snapshot of it.
 *
 * @returns The state with the ids and the time that this host gave.
 */
export async function restoreOnHost(version: string, storeFile: string): Promise<string> {
  const simulated = SimulatedHost.open({ storeFile });
  const text = readFileSync(stateFile(version), "utf8");
  const { resources } = JSON.parse(text).deployment as {
    resources: { type: string; outputs: Record<string, string> }[];
  };
  const outputsOf = (type: string) => resources.find((resource) => resource.type.endsWith(type))!.outputs;
  const [group, snapshot] = [outputsOf(":VirtualSystemCollection"), outputsOf(":CollectionSnapshot")];
  const before = snapshot["members"] as unknown as readonly Member[];

  const session = simulatedSession(simulated);
  const host = { session, jobs: new JobMonitor(session, systemClock) };
  const made = await makeGroup(host, { name: group["name"]!, collectionId: group["collectionId"]! }, before);
  simulated.setOption("completion", "atOnce");
  const service = await servicePath(session, "Msvm_CollectionSnapshotService");
  simulated.invokeMethod(service, "CreateSnapshot", { Collection: made.path, SnapshotSettings: "", SnapshotType: 1 });
  simulated.setOption("completion", "job");

  const collection = simulated.query("SELECT * FROM Msvm_SnapshotCollection")[0]!.path;
  const members = await memberSnapshots(session, collection);
  await nameSnapshots(host, { members, name: snapshot["snapshotName"]!, target: "the recorded snapshot" });
  const idOf = ({ vmId }: Member) => members.find((member) => member.vmId === vmId)!.snapshotId;
  return [
    [snapshot["snapshotCollectionId"]!, String(collection.key("CollectionID"))] as const,
    [snapshot["createdAt"]!, members.map(({ createdAt }) => createdAt!).sort()[0]!] as const,
    ...before.map((member) => [member.snapshotId, idOf(member)] as const),
  ].reduce((changed, [recorded, now]) => changed.replaceAll(recorded, now), text);
}

async function makeGroup(host: HyperVHost, definition: Parameters<typeof defineGroup>[1], members: readonly Member[]) {
  await defineGroup(host, definition);
  const group = await findVirtualSystemCollection(host.session, definition.collectionId);
  for (const { vmId } of members) await addMember(host, group, machinePath(vmId));
  return group;
}
