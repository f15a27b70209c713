import { JobRequestReturnValue, RequestedJobState, ReturnValue } from "../../schema/value-maps";
import { embeddedText } from "../embedded-text";
import type { MethodCall, MethodProvider } from "../method-call";
import type { SimulatedJob } from "../simulated-job";

const jobIdOf = (call: MethodCall) => String(call.instance.properties["InstanceID"]);

/** `Msvm_ConcreteJob.RequestStateChange`: terminates (4) or kills (5) a job. */
export const requestJobStateChange: MethodProvider = (call) => {
  const { RequestedState: requested, TimeoutPeriod: timeout } = call.parameters;
  const job = call.state.jobs.find(jobIdOf(call));
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
  // behaviour: cancelledJob
  const { cancelledJob } = call.state.options;
  const isMade = cancelledJob === "leavesSnapshot";
  return {
    returnValue: JobRequestReturnValue.CompletedWithNoError,
    changes: cancelledJob === "continues" ? [] : [{ kind: "jobStopped", jobId: job.order.jobId, state, isMade }],
  };
};

function errorTexts(call: MethodCall, job: SimulatedJob | undefined): readonly string[] {
  const errors = job?.errorsAt(call.now) ?? [];
  return errors.map((error) => embeddedText(call.state.repository.schema, "Msvm_Error", error));
}

/** `Msvm_ConcreteJob.GetError`: the first error of a job as an embedded instance, null where there is none. */
export const getError: MethodProvider = (call) => ({
  returnValue: ReturnValue.CompletedWithNoError,
  outParameters: { Error: errorTexts(call, call.state.jobs.find(jobIdOf(call)))[0] ?? null },
});

/** `Msvm_ConcreteJob.GetErrorEx`: all errors of a job, null where there is none. */
export const getErrorEx: MethodProvider = (call) => {
  const errors = errorTexts(call, call.state.jobs.find(jobIdOf(call)));
  // behaviour: jobErrors
  return {
    returnValue: ReturnValue.CompletedWithNoError,
    outParameters: { Errors: errors.length > 0 ? errors : null },
  };
};
