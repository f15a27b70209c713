import { dateTimeFromMilliseconds } from "../cim/cim-value";
import { ClassName, VirtualSystemType } from "../schema/names";
import { EnabledState, OperationalStatus, UserSnapshotType } from "../schema/value-maps";
import type { CimRepository } from "./cim-repository";
import type { ResolvedSeed } from "./seed";
import { machinePath } from "./snapshot-work";

const enabledState = {
  running: EnabledState.Enabled,
  off: EnabledState.Disabled,
  saved: EnabledState.EnabledButOffline,
  paused: EnabledState.Quiesce,
} as const;

/** Puts the objects of a seed into a repository, as a host has them that was set up at this moment. */
export function putSeedInstances(repository: CimRepository, seed: ResolvedSeed, now: number): void {
  const { computerSystem, collectionSnapshotService } = ClassName;
  const { hostName } = repository;
  const made = dateTimeFromMilliseconds(now);
  const healthy = { HealthState: 5, OperationalStatus: [OperationalStatus.OK], Status: "OK" };
  // behaviour: hostIsAComputerSystem
  repository.put(computerSystem, {
    ...healthy,
    CreationClassName: computerSystem,
    Name: hostName,
    ElementName: hostName,
    Caption: "Hosting Computer System",
    Description: "Microsoft Hosting Computer System",
    EnabledState: EnabledState.Enabled,
    InstallDate: made,
  });
  repository.put(collectionSnapshotService, {
    ...healthy,
    SystemCreationClassName: computerSystem,
    SystemName: hostName,
    CreationClassName: collectionSnapshotService,
    Name: "vmms",
    ElementName: "Hyper-V Collection Snapshot Service",
    EnabledState: EnabledState.Enabled,
    Started: true,
  });
  for (const machine of seed.machines) putMachine(repository, machine, now);
  for (const group of seed.groups) {
    const stored = repository.put(ClassName.virtualSystemCollection, {
      CollectionID: group.id,
      ElementName: group.name,
      // behaviour: groupInstanceIdEmpty
      InstanceID: "",
    });
    for (const memberId of group.memberIds) {
      const member = machinePath(repository, memberId);
      repository.put(ClassName.collectedVirtualSystems, { Collection: stored.path, Member: member });
    }
  }
}

function putMachine(repository: CimRepository, machine: ResolvedSeed["machines"][number], now: number): void {
  const made = dateTimeFromMilliseconds(now);
  const running = machine.state === "running";
  const stored = repository.put(
    ClassName.computerSystem,
    {
      CreationClassName: ClassName.computerSystem,
      Name: machine.id,
      ElementName: machine.name,
      Caption: "Virtual Machine",
      Description: "Microsoft Virtual Machine",
      EnabledState: enabledState[machine.state],
      HealthState: 5,
      OperationalStatus: [OperationalStatus.OK],
      Status: "OK",
      InstallDate: made,
      TimeOfLastConfigurationChange: made,
      TimeOfLastStateChange: made,
      NumberOfNumaNodes: 1,
      ReplicationState: 0,
      ReplicationHealth: 0,
      ReplicationMode: 0,
      OnTimeInMilliseconds: 0n,
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
  repository.put("Msvm_SettingsDefineState", { ManagedElement: stored.path, SettingData: settings.path });
}
