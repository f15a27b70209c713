import type { CimSession } from "../../provider/src/cim/cim-session";
import { DynamicAdapter, DynamicHost } from "../../provider/src/dynamic/adapter";
import type { ExportedResource } from "../../provider/src/dynamic/deployment";
import { ConnectionError, PartialCreateError } from "../../provider/src/errors";
import { VirtualSystemCollectionResource } from "../../provider/src/group/virtual-system-collection";
import { JobMonitor } from "../../provider/src/jobs/job-monitor";
import { Connections } from "../../provider/src/process/operation";
import type { Properties } from "../../provider/src/process/resource-call";
import type { RecordFiles } from "../../provider/src/recovery/record-files";
import { Recovery } from "../../provider/src/recovery/recovery";
import type { SimulatedHost } from "../../provider/src/simulator/index";
import { CollectionSnapshotResource } from "../../provider/src/snapshot/collection-snapshot";
import { simulatedSession } from "../../provider/src/transports/simulated/simulated-session";
import type { FakeClock } from "../support/fake-clock";
import type { Answer, CalledProvider } from "../support/few-line-engine";
import type { Fuse } from "./fuse";
import type { Operation } from "./operations";

/** When the fake clock is at 0. */
export const firstMoment = Date.UTC(2026, 10, 23, 6, 42);
/** Where the stacks are. */
export const backend = "https://backend.example";

/** What a provider process runs in. */
export interface ProviderWorld {
  readonly host: SimulatedHost;
  readonly files: RecordFiles;
  readonly clock: FakeClock;
  /** The name of the process. */
  readonly process: string;
  readonly dependents: string;
  /** What the process is started for: the host fails as it says. */
  readonly operation: Operation;
  readonly fuse: Fuse;
  /** What `pulumi stack export` answers for the stack of a name. */
  readonly exported: (stack: string) => readonly ExportedResource[] | undefined;
  readonly warn: (text: string) => void;
}

/** Starts a provider process, and gives its two resources. */
export function startProvider({
  host,
  files,
  clock,
  process,
  dependents,
  operation,
  fuse,
  exported,
  warn,
}: ProviderWorld) {
  const moment = () => new Date(firstMoment + clock.now());
  const connections = new Connections({
    clock,
    moment,
    connect: async () => {
      const session = simulatedSession(host, (ms, signal) => clock.sleep(ms, signal));
      const failing = fuse.wrap(disturbed(host, session, operation));
      return { session: failing, jobs: new JobMonitor(failing, clock, () => 0.5) };
    },
  });
  const recovery = new Recovery({
    clock,
    moment,
    openFiles: () => fuse.wrap(files, (method) => method !== "locate"),
    // operations follow each other here, so that the earlier holder of a lock is dead
    liveness: { machine: "0123456789ab", process, isAlive: (name) => name === process },
  });
  const adapting = new DynamicHost({
    clock,
    link: {
      hasTerminal: true,
      takesDebug: true,
      send: ({ severity, text }) => {
        if (severity === "warning") warn(text);
      },
    },
    environment: {},
    backend: () => backend,
    states: {
      exportStack: async ({ stack }) => (operation.endsWith("unknown state") ? undefined : exported(stack)),
      listStacks: async (scope) => [0, 1].map((index) => ({ ...scope, stack: `stack${index}` })),
    },
  });
  const values: Record<string, string> = { transport: "simulated", dependents, unknownOutcomeSearch: "2s" };
  const snapshots = new DynamicAdapter(adapting, new CollectionSnapshotResource(connections, recovery));
  const groups = new DynamicAdapter(adapting, new VirtualSystemCollectionResource(connections, recovery));
  snapshots.configure({ config: { get: (key) => values[key.replace("hyperv-snapshots:", "")] } });
  return { snapshots, groups };
}

/** A provider as the engine calls it: what is kept though it isn't complete comes back with its error. */
export function called(provider: DynamicAdapter): CalledProvider {
  const answer = async (id: string | undefined, call: Promise<{ id?: string; outs: Properties }>): Promise<Answer> => {
    try {
      const answered = await call;
      return { outs: answered.outs, id: answered.id ?? String(id) };
    } catch (error) {
      if (!PartialCreateError.isInstance(error)) throw error;
      return { id: error.id, outs: error.properties as Properties, error };
    }
  };
  return {
    diff: (id, olds, news) => provider.diff(id, olds, news),
    create: (news) => answer(undefined, provider.create(news)),
    update: (id, olds, news) => answer(id, provider.update(id, olds, news)),
    delete: (id, outs) => provider.delete(id, outs),
  };
}

/** A session on which requests fail as the operation says. */
function disturbed(host: SimulatedHost, session: CimSession, operation: Operation): CimSession {
  const invokeMethod: CimSession["invokeMethod"] = async (path, methodName, ...rest) => {
    if (methodName === "ModifySystemSettings") {
      if (operation === "up, the job of its naming fails")
        host.injectFault({ method: methodName, job: { seconds: 0.1, endState: 10, errorCode: 32768 } });
      if (operation === "up, named by a job") host.injectFault({ method: methodName, job: { seconds: 0.1 } });
    }
    if (methodName !== "CreateSnapshot") return session.invokeMethod(path, methodName, ...rest);
    if (operation === "up, its job fails") {
      host.injectFault({ method: methodName, job: { seconds: 0.5, endState: 10, errorCode: 32768 } });
    }
    if (operation === "up, refused by the host") return { returnValue: 32773, outParameters: {} };
    if (operation === "up, failing after it took effect") {
      host.injectFault({ method: methodName, hresult: 0x80041001, takesEffect: true });
    }
    const answer = await session.invokeMethod(path, methodName, ...rest);
    if (operation !== "up, the answer lost") return answer;
    throw new ConnectionError(
      {
        attempted: methodName,
        target: session.hostName,
        answer: "the connection was lost",
        outcome: "It may have taken effect",
        remedy: "Look at the host",
      },
      { effect: "unknown" },
    );
  };
  return new Proxy(session, {
    get: (object, name) => {
      if (name === "invokeMethod") return invokeMethod;
      const value = Reflect.get(object, name) as unknown;
      return typeof value === "function" ? value.bind(object) : value;
    },
  });
}
