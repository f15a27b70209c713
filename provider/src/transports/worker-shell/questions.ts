import type { ConnectionQuestion } from "../../probe-answer";
import { ClassName } from "../../schema/names";
import { wireText } from "./wire-request";
import { withShell } from "./with-shell";
import type { MethodCount } from "./worker-protocol";
import type { WorkerSessionOptions } from "./worker-session";

/** What a probe asks through a PowerShell, wherever it runs. */
export const workerQuestions: readonly ConnectionQuestion<WorkerSessionOptions>[] = [
  {
    id: "methodDeclarations",
    question: "Do instances that the CIM cmdlets read come with the declarations of their methods?",
    asked: "Reads Msvm_CollectionSnapshotService in a separate shell, and counts CimClass.CimClassMethods.",
    assumed: "Either: a reference is passed as the one or the other needs it.",
    ask: (options) =>
      withShell(options, async (ask) => {
        const wql = wireText(`SELECT * FROM ${ClassName.collectionSnapshotService}`);
        const namespace = wireText(options.namespace);
        const { methods } = (await ask({ verb: "countMethods", wql, namespace })) as MethodCount;
        return { answer: methods > 0 ? "declared" : "undeclared", observed: { methods } };
      }),
  },
];
