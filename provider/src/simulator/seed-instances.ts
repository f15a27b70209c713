import { dateTimeFromMilliseconds } from "../cim/cim-value";
import { ClassName, VirtualSystemType } from "../schema/names";
import { CollectionType, EnabledState, OperationalStatus, UserSnapshotType } from "../schema/value-maps";
import { writeDiskMergeSetting } from "./disk-merging";
import { changeMembership, defineGroup } from "./group-work";
import { guidFrom } from "./guid";
import { link, links } from "./links";
import { takeMachineSnapshot, type WorkScene } from "./machine-snapshots";
import type { ResolvedSeed } from "./seed";
import { textsIn } from "./texts";

const enabledState = {
  running: EnabledState.Enabled,
  off: EnabledState.Disabled,
  saved: EnabledState.EnabledButOffline,
  paused: EnabledState.Quiesce,
} as const;

/** The services of a host, by class, with their display names. */
const services: Readonly<Record<string, string>> = {
  [ClassName.collectionSnapshotService]: "Hyper-V Collection Snapshot Service",
  [ClassName.collectionManagementService]: "Hyper-V Collection Management Service",
  [ClassName.virtualSystemManagementService]: "Hyper-V Virtual System Management Service",
  [ClassName.virtualSystemSnapshotService]: "Hyper-V Virtual System Snapshot Service",
};

const healthy = { HealthState: 5, OperationalStatus: [OperationalStatus.OK], Status: "OK" };

/** Puts the objects of a seed into a repository, as a host has them that was set up at this moment. */
export function putSeedInstances(scene: WorkScene, seed: ResolvedSeed): void {
  const { repository, options, now } = scene;
  const { computerSystem } = ClassName;
  const { hostName } = repository;
  // behaviour: hostIsAComputerSystem
  repository.put(computerSystem, {
    ...healthy,
    CreationClassName: computerSystem,
    Name: hostName,
    ElementName: hostName,
    Caption: textsIn(options.language).hostCaption,
    Description: textsIn(options.language).hostDescription,
    EnabledState: EnabledState.Enabled,
    InstallDate: dateTimeFromMilliseconds(now),
  });
  for (const [className, name] of Object.entries(services)) {
    repository.put(className, {
      ...healthy,
      SystemCreationClassName: computerSystem,
      SystemName: hostName,
      CreationClassName: className,
      Name: "vmms",
      ElementName: name,
      // behaviour: simulatedSaysSo
      Description: "Simulated by pulumi-hyperv-snapshots",
      EnabledState: EnabledState.Enabled,
      Started: true,
    });
  }
  for (const machine of seed.machines) putMachine(scene, machine);
  for (const group of seed.groups) putGroup(scene, group, CollectionType.CollectionOfVirtualSystems);
  for (const group of seed.managementGroups) putGroup(scene, group, CollectionType.CollectionOfCollections);
}

function putGroup(scene: WorkScene, { id, name, memberIds }: ResolvedSeed["groups"][number], type: number): void {
  defineGroup(scene, { kind: "defineGroup", groupId: id, name, type });
  for (const memberId of memberIds) {
    changeMembership(scene, { kind: "changeMembership", groupId: id, memberId, isMember: true });
  }
}

function putMachine(scene: WorkScene, machine: ResolvedSeed["machines"][number]): void {
  const { repository, disks, options, now } = scene;
  const made = dateTimeFromMilliseconds(now);
  const running = machine.state === "running";
  const stored = repository.put(
    ClassName.computerSystem,
    {
      ...healthy,
      CreationClassName: ClassName.computerSystem,
      Name: machine.id,
      ElementName: machine.name,
      Caption: textsIn(options.language).machineCaption,
      Description: textsIn(options.language).machineDescription,
      EnabledState: enabledState[machine.state],
      InstallDate: made,
      TimeOfLastConfigurationChange: made,
      TimeOfLastStateChange: made,
      NumberOfNumaNodes: 1,
      ReplicationState: 0,
      ReplicationHealth: 0,
      ReplicationMode: 0,
      OnTimeInMilliseconds: 0n,
      ...machine.properties,
    },
    running ? (at) => ({ OnTimeInMilliseconds: BigInt(Math.max(0, Math.floor(at - now))) }) : undefined,
  );
  const settings = repository.put(ClassName.virtualSystemSettingData, {
    InstanceID: `Microsoft:${machine.id}`,
    ElementName: machine.name,
    Caption: "Virtual Machine Settings",
    Description: "Active settings for the virtual machine.",
    VirtualSystemIdentifier: machine.id,
    VirtualSystemType: VirtualSystemType.realized,
    ConfigurationID: machine.id,
    CreationTime: made,
    Version: machine.configurationVersion,
    UserSnapshotType: UserSnapshotType[machine.userSnapshotType],
    IsSaved: machine.state === "saved",
    Parent: null,
  });
  link(repository, links.settingsOfMachine, stored, settings);
  writeDiskMergeSetting(repository, machine.id, machine.mergingEnabled);
  disks.write(machine.id, machine.applicationVersion ?? null);
  for (let number = 0; number < machine.checkpoints; number += 1) {
    takeMachineSnapshot(scene, stored, guidFrom("checkpoint", machine.id, number), "standard");
  }
}
