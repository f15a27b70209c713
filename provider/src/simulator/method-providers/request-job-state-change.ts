import { JobRequestReturnValue, RequestedJobState } from "../../schema/value-maps";
import type { MethodProvider } from "../method-call";

/** `Msvm_ConcreteJob.RequestStateChange`: terminates (4) or kills (5) a job; nothing of it is then made. */
export const requestJobStateChange: MethodProvider = (call) => {
  const jobId = String(call.instance.properties["InstanceID"]);
  const { RequestedState: requested, TimeoutPeriod: timeout } = call.parameters;
  const job = call.state.jobs.find(jobId);
  // behaviour: jobStateChange
  if (timeout !== null && !/^[0.]+:000$/.test(String(timeout))) {
    return { returnValue: JobRequestReturnValue.UseOfTimeoutParameterNotSupported };
  }
  if (requested !== RequestedJobState.Terminate && requested !== RequestedJobState.Kill) {
    const known = Object.values<unknown>(RequestedJobState).includes(requested);
    return { returnValue: known ? JobRequestReturnValue.NotSupported : JobRequestReturnValue.InvalidParameter };
  }
  if (job === undefined || job.isOver) return { returnValue: JobRequestReturnValue.InvalidStateTransition };
  if (!job.order.cancellable) return { returnValue: JobRequestReturnValue.NotSupported };
  const state = requested === RequestedJobState.Terminate ? 8 : 9;
  return {
    returnValue: JobRequestReturnValue.CompletedWithNoError,
    changes: [{ kind: "jobStopped", jobId: job.order.jobId, state }],
  };
};
