import type { CimInstancePath } from "../../cim/cim-instance-path";
import { ClassName } from "../../schema/names";
import { ReturnValue } from "../../schema/value-maps";
import type { HostWork } from "../host-record";
import type { MethodCall, MethodOutcome } from "../method-call";
import type { JobMethod } from "../seed";
import { textsIn } from "../texts";

/** Work that only a person does, never a method's job. */
type PersonsWork = "upgradeMachine" | "startMachine" | "changeMachine" | "sendMachine" | "receiveMachine";

/** The kinds of work that a method's job can do. */
type JobWork = Exclude<HostWork, { readonly kind: PersonsWork }>;

/** The work of a method, and the appearance of its job. */
interface WorkRequest {
  readonly method: JobMethod;
  readonly jobType: number;
  readonly machineIds: readonly string[];
  readonly work: JobWork;
  /** Whether the host starts a job or does the work at once. */
  readonly completion: "job" | "atOnce";
  /** The result reference and the name of its parameter. */
  readonly result?: { readonly parameter: string; readonly path: CimInstancePath };
}

const textNames = {
  takeSnapshots: "takeSnapshots",
  takeMachineSnapshot: "takeSnapshots",
  destroySnapshots: "destroySnapshots",
  destroyMachineSnapshot: "destroySnapshots",
  applySnapshots: "applySnapshots",
  applyMachineSnapshot: "applySnapshots",
  convertSnapshots: "convertSnapshots",
  exportSnapshots: "exportSnapshots",
  modifySettings: "modifySettings",
  defineGroup: "changeGroup",
  destroyGroup: "changeGroup",
  renameGroup: "changeGroup",
  changeMembership: "changeGroup",
} as const satisfies Record<JobWork["kind"], string>;

/** Answers with a job, or does the work at once, as the request says. A fault of a job always gets its job. */
export function startWork(call: MethodCall, request: WorkRequest): MethodOutcome {
  const { options, seed, repository } = call.state;
  const { namesResult } = call;
  const { result, work } = request;
  const shown = (given: boolean) => {
    if (result === undefined) return {};
    const named =
      namesResult === undefined ? result.path : repository.path(result.path.className, { CollectionID: namesResult });
    return { [result.parameter]: given ? named : null };
  };
  if (request.completion === "atOnce" && call.jobFault === undefined) {
    return {
      returnValue: ReturnValue.CompletedWithNoError,
      // behaviour: resultReferenceAtOnce
      outParameters: { Job: null, ...shown(options.resultReferenceAtOnce === "given") },
      changes: [{ kind: "workDone", work }],
    };
  }
  const jobId = call.newId("job");
  const timing = seed.jobs[request.method];
  return {
    returnValue: ReturnValue.MethodParametersCheckedJobStarted,
    outParameters: {
      Job: repository.path(ClassName.concreteJob, { InstanceID: jobId }),
      // behaviour: resultReferenceOnJob
      ...shown(options.resultReferenceOnJob === "given"),
    },
    changes: [
      {
        kind: "jobStarted",
        job: {
          jobId,
          jobType: request.jobType,
          serviceClass: call.instance.className,
          text: textsIn(options.language).job[textNames[work.kind]],
          language: options.language,
          cancellable: timing.cancellable,
          machineIds: [...request.machineIds],
          durationMs: timing.seconds * 1000,
          progress: timing.progress,
          ...(call.jobFault && { fault: call.jobFault }),
          ...(namesResult !== undefined && { namesResult }),
          work,
        },
      },
    ],
  };
}
