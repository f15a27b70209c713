import type { CimSession } from "../cim/cim-session";
import { bad, doubtful, type Finding, failure, fine, skipped } from "../finding";
import { describeSwitchedOff, readDiskMerges, switchMergingOn } from "../hyperv/disk-merges";
import type { HyperVHost } from "../hyperv/hyperv-host";
import { memberWarnings, readMemberConditions } from "../hyperv/member-condition";
import { listVirtualSystemCollections } from "../hyperv/snapshot-inventory";
import type { VirtualSystemCollection } from "../hyperv/virtual-system-collection";
import { nothingVisible } from "../hyperv/visibility";
import { ClassName } from "../schema/names";
import {
  type CommonOptions,
  chosenTransport,
  commandConfiguration,
  configurationSources,
  openHost,
} from "./configuration";
import type { Surroundings } from "./surroundings";

const tries = {
  configuration: "configuration",
  transport: "transport",
  host: "host",
  namespace: "namespace",
  rights: "rights",
  service: "collection snapshot service",
  groups: "VM groups",
} as const;

/** Checks, one after the other, what must be true of configuration and host. */
export async function* hostFindings(surroundings: Surroundings, options: CommonOptions): AsyncGenerator<Finding> {
  let host: HyperVHost;
  let at: keyof typeof tries = "configuration";
  try {
    const configuration = commandConfiguration(options, surroundings);
    yield fine(tries.configuration, sourcesText(configurationSources(options, surroundings)));
    at = "transport";
    yield fine(tries.transport, chosenTransport(configuration));
    at = "host";
    for await (const finding of surroundings.examine(configuration)) {
      yield finding;
      if (finding.status !== "failed") continue;
      yield* skippedAfter(finding.what, "transport");
      return;
    }
    host = await openHost(surroundings, options);
    yield fine(tries.host, host.session.hostName);
  } catch (error) {
    yield failure(tries[at], error);
    yield* skippedAfter(tries[at], at);
    return;
  }
  try {
    yield* sessionFindings(host.session);
  } finally {
    await host.session.close();
  }
}

/** Skips the checks that make no sense while one before them fails. */
function* skippedAfter(failed: string, last: keyof typeof tries): Generator<Finding> {
  const names = Object.keys(tries) as (keyof typeof tries)[];
  for (const name of names.slice(names.indexOf(last) + 1)) yield skipped(tries[name], `${failed} comes first`);
}

async function* sessionFindings(session: CimSession): AsyncGenerator<Finding> {
  let at: keyof typeof tries = "namespace";
  try {
    const management = await session.query(`SELECT * FROM ${ClassName.virtualSystemManagementService}`);
    yield fine(tries.namespace, `${session.namespace} answers`);
    at = "rights";
    if (management.length === 0) {
      yield failure(tries.rights, await nothingVisible(session, "the host's services"));
      return;
    }
    yield fine(tries.rights, "the account can see the host; whether it may change anything isn't tested");
    at = "service";
    const services = await session.query(`SELECT * FROM ${ClassName.collectionSnapshotService}`);
    yield services.length > 0
      ? fine(tries.service, "visible")
      : bad(
          tries.service,
          `the host has no ${ClassName.collectionSnapshotService}`,
          "It needs Windows Server 2016 or later",
        );
    at = "groups";
    const groups = await listVirtualSystemCollections(session);
    yield groups.length > 0
      ? fine(tries.groups, groups.map(({ name }) => name).join(", "))
      : doubtful(tries.groups, "the host has none", "Create one on the host: New-VMGroup, Add-VMGroupMember");
    for (const group of groups) yield* groupFindings(session, group);
  } catch (error) {
    yield failure(tries[at], error);
  }
}

async function* groupFindings(session: CimSession, group: VirtualSystemCollection): AsyncGenerator<Finding> {
  const what = `VM group ${group.name}`;
  const members = await readMemberConditions(session, group.path);
  const { switchedOff } = await readDiskMerges(
    session,
    members.map(({ vmId }) => vmId),
  );
  if (switchedOff.length > 0) yield doubtful(what, sentenceCase(describeSwitchedOff(switchedOff)), switchMergingOn);
  const warnings = memberWarnings(members);
  if (warnings.length === 0)
    yield fine(
      what,
      `${members.length} ${members.length === 1 ? "member" : "members"}, none in a state that is known to block snapshots`,
    );
  for (const warning of warnings) {
    yield doubtful(what, warning, "Fix it before the next snapshot, if your host minds it");
  }
}

const sentenceCase = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Names the keys that are set and by what; never their values. */
function sourcesText(sources: Readonly<Record<string, string>>): string {
  const set = Object.entries(sources).map(([name, source]) => `${name} (${source})`);
  return set.length > 0 ? `set: ${set.join(", ")}` : "nothing is set";
}
