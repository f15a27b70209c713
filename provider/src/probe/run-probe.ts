import { HyperVError } from "../errors";
import type { HyperVHost } from "../hyperv/hyperv-host";
import { readMemberConditions } from "../hyperv/member-condition";
import { findVirtualSystemCollection } from "../hyperv/virtual-system-collection";
import type { Clock } from "../jobs/clock";
import { NoAnswer, type OwnQuestion, type ProbeAnswer } from "../probe-answer";
import { ClassName } from "../schema/names";
import { cleanUp, type LeftBehind } from "./clean-up";
import { memberStateOf } from "./member-state";
import { probeQuestions } from "./probe-questions";
import { ProbeScene } from "./probe-scene";
import { type RecordedAnswer, type Recording, recordingFormat, recordingVersion } from "./recording";
import { Redactor } from "./redactor";

/** Which host a probe asks, and how far it may go. */
export interface ProbeRequest {
  readonly host: HyperVHost;
  readonly clock: Clock;
  /** The group's name, `CollectionID` or object path. */
  readonly group: string;
  /** What the connection itself is asked, before the host. */
  readonly ownQuestions?: readonly OwnQuestion[];
  /** Whether snapshots may be taken, and other things of the probe's own made. */
  readonly takeSnapshots: boolean;
  /** The person's description of the host. */
  readonly label?: string;
  /** Ends the questions; what the probe made is still removed. */
  readonly abortSignal: AbortSignal;
  /** Receives every answer. */
  readonly onAnswer: (answer: RecordedAnswer) => void;
  /** Receives at the end, also after a failure, what the probe made and couldn't remove, by the host's own names. */
  readonly onLeft: (left: readonly LeftBehind[]) => void;
}

/**
 * Asks a host every question of the table, one after the other.
 *
 * A failing question doesn't stop the others. What the probe made is removed at the end, also after a failure or an
 * interruption.
 *
 * @throws {@link NotFoundError} or {@link AccessDeniedError} when the group isn't found.
 */
export async function runProbe(request: ProbeRequest): Promise<Recording> {
  const { host, clock, abortSignal, ownQuestions = [] } = request;
  const redactor = new Redactor();
  const group = await findVirtualSystemCollection(host.session, request.group);
  const members = await readMemberConditions(host.session, group.path);
  redactor.name(host.session.hostName, "host");
  redactor.name(group.name, "group-1");
  const recordedMembers = members.map((member) => ({
    machine: redactor.machine(member),
    state: memberStateOf(member),
    configurationVersion: member.configurationVersion,
    checkpointType: member.userSnapshotType,
    checkpoints: member.checkpoints,
  }));
  const madeBy = (await isSimulated(host)) ? "the simulated host" : "a host";
  const scene = new ProbeScene({ host, clock, redactor, group, members, abortSignal });
  const answers: RecordedAnswer[] = [];
  const left: LeftBehind[] = [];
  const record = (answer: RecordedAnswer) => {
    answers.push(answer);
    request.onAnswer(answer);
  };
  try {
    for (const { id, ask: askConnection } of ownQuestions) {
      const asked = async () => {
        const { left: stays, ...answer } = await askConnection();
        if (stays !== undefined) left.push({ what: stays, because: "The probe started it and couldn't end it." });
        return answer;
      };
      record(await ask(id, asked, abortSignal));
    }
    for (const { id, changesHost, ask: askHost } of probeQuestions) {
      const asked = async () => {
        if (changesHost && !request.takeSnapshots) throw new NoAnswer("it is asked only with --take-one");
        return askHost(scene);
      };
      record(await ask(id, asked, abortSignal));
    }
  } finally {
    left.push(...(await cleanUp(scene)));
    request.onLeft(left);
  }
  return {
    format: recordingFormat,
    version: recordingVersion,
    madeBy,
    ...(request.label !== undefined && { label: request.label }),
    tookSnapshots: request.takeSnapshots,
    members: recordedMembers,
    answers,
    left: left.length,
  };
}

/** Makes the recording of a host whose VMMS is stopped: it answers one question, and has no group to show. */
export function stoppedVmmsRecording(answer: string, isSimulatedHost: boolean, label?: string): Recording {
  const isAsked = (id: string) => id === "stoppedVmms";
  return {
    format: recordingFormat,
    version: recordingVersion,
    madeBy: isSimulatedHost ? "the simulated host" : "a host",
    ...(label !== undefined && { label }),
    tookSnapshots: false,
    members: [],
    answers: probeQuestions.map(({ id }) =>
      isAsked(id) ? { question: id, answer } : { question: id, answer: null, because: "VMMS is stopped" },
    ),
    left: 0,
  };
}

async function ask(id: string, asked: () => Promise<ProbeAnswer>, abortSignal: AbortSignal): Promise<RecordedAnswer> {
  const open = (because: string): RecordedAnswer => ({ question: id, answer: null, because });
  if (abortSignal.aborted) return open("the probe was interrupted");
  try {
    return { question: id, ...(await asked()) };
  } catch (error) {
    if (abortSignal.aborted) return open("the probe was interrupted");
    if (error instanceof NoAnswer) return open(error.message);
    // its message names machines
    if (HyperVError.isInstance(error)) return open(error.code);
    throw error;
  }
}

/** Tells whether the host is simulated: it says so itself over every transport. */
async function isSimulated({ session }: HyperVHost): Promise<boolean> {
  const services = await session.query(`SELECT * FROM ${ClassName.collectionSnapshotService}`);
  return services.some((service) => /\bsimulated\b/i.test(service.string("Description") ?? ""));
}
