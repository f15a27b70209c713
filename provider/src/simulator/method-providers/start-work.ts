import type { CimInstancePath } from "../../cim/cim-instance-path";
import { ClassName } from "../../schema/names";
import { ReturnValue } from "../../schema/value-maps";
import type { HostWork } from "../host-record";
import type { MethodCall, MethodOutcome } from "../method-call";
import type { JobMethod } from "../seed";

/** What a method wants done, and how its job presents itself. */
interface WorkRequest {
  readonly method: JobMethod;
  readonly jobType: number;
  readonly text: string;
  readonly machineIds: readonly string[];
  readonly work: HostWork;
  /** The result reference, by the name of its parameter. */
  readonly result?: { readonly parameter: string; readonly path: CimInstancePath };
}

/** Answers with a job, or does the work at once, as the host is set to. A fault of a job always gets its job. */
export function startWork(call: MethodCall, request: WorkRequest): MethodOutcome {
  const { options, seed, repository } = call.state;
  const { result } = request;
  const shown = (given: boolean) => (result === undefined ? {} : { [result.parameter]: given ? result.path : null });
  // behaviour: completion
  if (options.completion === "atOnce" && call.jobFault === undefined) {
    return {
      returnValue: ReturnValue.CompletedWithNoError,
      // behaviour: resultReferenceAtOnce
      outParameters: { Job: null, ...shown(options.resultReferenceAtOnce === "given") },
      changes: [{ kind: "workDone", work: request.work }],
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
          text: request.text,
          cancellable: timing.cancellable,
          machineIds: [...request.machineIds],
          durationMs: timing.seconds * 1000,
          progress: timing.progress,
          ...(call.jobFault && { fault: call.jobFault }),
          work: request.work,
        },
      },
    ],
  };
}
