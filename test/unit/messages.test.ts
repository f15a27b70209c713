import { writeFileSync } from "node:fs";
import { afterAll, afterEach, describe, expect, it, vi } from "vitest";
import { CimInstancePath } from "../../provider/src/cim/cim-instance-path";
import type { CimSession } from "../../provider/src/cim/cim-session";
import { readDestroyPlan } from "../../provider/src/cli/destroy-plan";
import { parsePulumiState } from "../../provider/src/cli/pulumi-state";
import { type ErrorCode, errorCodes, HyperVError } from "../../provider/src/errors";
import { returnCode } from "../../provider/src/jobs/return-code";
import type { Properties } from "../../provider/src/process/resource-call";
import { recordFile, resourceFolder } from "../../provider/src/recovery/record-files";
import { virtualizationNamespace } from "../../provider/src/schema/names";
import { type Fault, type Seed, SimulatedHost } from "../../provider/src/simulator/index";
import { openPowerShellSession } from "../../provider/src/transports/powershell/powershell-session";
import { simulatedSession } from "../../provider/src/transports/simulated/simulated-session";
import { sshFailure } from "../../provider/src/transports/ssh/ssh-failure";
import { shellError } from "../../provider/src/transports/worker-shell/shell-failure";
import { exportedSnapshot, exportedState } from "../support/exported-state";
import { fakeShell } from "../support/fake-shell";
import { inputsWithUrn, LifecycleInProcess, standardInputs } from "../support/lifecycle-in-process";

afterEach(() => vi.unstubAllEnvs());

/** Makes the lifecycle raise an error, as a user would meet it. */
type Scenario = () => Promise<Error>;

const create =
  (prepare: (at: LifecycleInProcess) => unknown, inputs: Properties = standardInputs): Scenario =>
  async () => {
    const at = new LifecycleInProcess();
    await prepare(at);
    return at.failure(at.lifecycle.create(inputs));
  };

const someone = {
  scope: { backend: "https://backend.example", organization: "organization", project: "project", stack: "test" },
  resource: String(inputsWithUrn.__meta.urn),
};
const someId = "00000000-0000-4000-8000-000000000000";

const createWith = (fault: Omit<Fault, "method">, inputs?: Properties) =>
  create((at) => at.host.injectFault({ method: "CreateSnapshot", times: 1000, ...fault }), inputs);

/** A snapshot is there, something happens, and it is to be destroyed. */
const destroy =
  (
    happens: (at: LifecycleInProcess) => unknown,
    { inputs = {}, seed, ...configuration }: { inputs?: Properties; seed?: Seed; dependents?: string } = {},
  ): Scenario =>
  async () => {
    const at = new LifecycleInProcess(configuration, seed);
    const { id, outs } = await at.create({ ...standardInputs, ...inputs });
    await happens(at);
    return at.failure(at.lifecycle.delete(id, outs));
  };

const destroyWith = (fault: Omit<Fault, "method">, inputs?: Properties) =>
  destroy((at) => at.host.injectFault({ method: "DestroySnapshot", ...fault }), { ...(inputs && { inputs }) });

/** Works with a PowerShell that goes wrong, until it fails. */
async function through(mode: string, work: (session: CimSession) => Promise<unknown>): Promise<Error> {
  for (const [name, value] of Object.entries(fakeShell(mode))) vi.stubEnv(name, value);
  let session: CimSession | undefined;
  try {
    session = await openPowerShellSession({
      namespace: virtualizationNamespace,
      host: `HV-${mode.replaceAll(" ", "-")}`,
    });
    await work(session);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  } finally {
    await session?.close();
  }
  throw new Error(`a shell that is to fail (${mode}) didn't`);
}

/** What a session over ssh says when `ssh` ends at its start. */
async function overSsh(code: number, stderr = ""): Promise<Error> {
  const options = { host: "hv01", namespace: virtualizationNamespace, remoteShell: "powershell" } as const;
  const failure = sshFailure({ code, stderr }, { printed: "", wasReady: false }, { options, resolved: {} });
  return shellError(failure, { attempted: "Opening a session", target: "hv01", changes: false }, false);
}

const withDeleteTimeout = { __meta: { timeouts: { delete: "2m" } } };

/** Every number whose code is its own, and one of each range. */
const returnValues = [
  ...[1, 2, 3, 4, 5, 6, 7, 5000, 40_000, 70_000],
  ...[32768, 32769, 32770, 32771, 32772, 32773, 32774, 32775, 32776, 32777, 32778, 32779],
];

const scenarios: Partial<Readonly<Record<ErrorCode, Scenario>>> = {
  INVALID_ARGUMENT: create(() => {}, { ...standardInputs, collection: "{12345678-1234-1234-1234}" }),
  DEPENDENTS_UNKNOWN: destroy((at) => at.create()),
  DEPENDENTS_COLLECTED: destroy((at) => at.create(), { dependents: "removed" }),
  SNAPSHOT_OWNED: async () => {
    const at = new LifecycleInProcess();
    const { outs } = await at.create();
    const exported = exportedState([exportedSnapshot("before", "1", outs)]);
    const owners = { state: parsePulumiState(JSON.stringify(exported), "the state"), records: [], requests: [] };
    const session = simulatedSession(at.host, (ms, signal) => at.clock.sleep(ms, signal));
    const rules = { owners, dependents: "unknown" } as const;
    return at.failure(readDestroyPlan(session, [String(outs["snapshotCollectionId"])], rules));
  },
  LOCKED: async () => {
    const at = new LifecycleInProcess();
    await at.lockElsewhere("web-tier");
    return at.failure(at.lifecycle.create({ ...standardInputs, __meta: { timeouts: { create: "2m" } } }));
  },
  GROUP_HAS_SNAPSHOTS: async () => {
    const at = new LifecycleInProcess();
    const inputs = { name: "db-tier", members: ["db-01"] };
    const { id, outs } = await at.run(at.groups.create(inputs));
    await at.create({ ...standardInputs, collection: "db-tier" });
    return at.failure(at.groups.delete(id, outs));
  },
  RECORD_UNREADABLE: create(
    (at) => at.records.write(resourceFolder(someone), recordFile.of(someId), "{"),
    inputsWithUrn,
  ),
  RECORD_UNWRITABLE: create((at) => {
    at.records.write = async () => Promise.reject(new Error("EROFS: read-only file system"));
  }, inputsWithUrn),
  FILE_FAILED: async () => {
    try {
      SimulatedHost.open({ storeFile: import.meta.dirname });
    } catch (error) {
      return error as Error;
    }
    throw new Error("a folder was taken for a store");
  },
  MISSING_DEPENDENCY: async () => {
    vi.stubEnv("NODE_POWERSHELL", "no-such-powershell");
    return openPowerShellSession({ namespace: virtualizationNamespace }).then(
      () => expect.unreachable("there is no such PowerShell"),
      (reason) => reason,
    );
  },
  AUTHENTICATION_FAILED: () => through("logon fails", () => expect.unreachable("the log-on was accepted")),
  TRANSPORT_TIMEOUT: () =>
    through("silent", async (session) => {
      const service = CimInstancePath.parse('Msvm_CollectionSnapshotService.Name="x"');
      vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
      const call = session.invokeMethod(service, "CreateSnapshot", {});
      call.catch(() => {});
      await new Promise((resolve) => setImmediate(resolve));
      vi.advanceTimersByTime(120_000);
      vi.useRealTimers();
      return call;
    }),
  REMOTE_SHELL_FAILED: () => overSsh(127),
  CONNECTION_REFUSED: () => overSsh(255, "ssh: connect to host hv01 port 22: Connection refused"),
  HOST_NOT_FOUND: () => overSsh(255, "ssh: Could not resolve hostname hv01: Name or service not known"),
  HOST_KEY_UNKNOWN: () => overSsh(255, "Host key verification failed."),
  HOST_KEY_CHANGED: () => overSsh(255, "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @"),
  KEY_FILE_UNPROTECTED: () => overSsh(255, "@         WARNING: UNPROTECTED PRIVATE KEY FILE!          @"),
  CONNECTION_FAILED: createWith({ connection: "lostBefore" }),
  PROTOCOL: destroyWith({ job: { endState: 7, takesEffect: false } }),
  CIM_FAILED: () => {
    const at = new LifecycleInProcess();
    const resultingSnapshotCollection = '\\\\HV-TEST\\root\\cimv2:Msvm_SnapshotCollection.CollectionID="1"';
    return at.failure(at.lifecycle.read("id", { resultingSnapshotCollection }));
  },
  CIM_NOT_FOUND: create(() => {}, { ...standardInputs, collection: "web-teir" }),
  CIM_ACCESS_DENIED: create((at) => at.host.setOption("rights", "allHidden")),
  JOB_FAILED: createWith({ job: { failsMember: "db-01" } }),
  JOB_TERMINATED: createWith({ job: { endState: 8, atPercent: 30 } }),
  JOB_KILLED: createWith({ job: { endState: 9, atPercent: 30 } }),
  JOB_TIMEOUT: destroyWith({ job: { stallAtPercent: 99 } }, withDeleteTimeout),
  JOB_LOST: destroyWith({ job: { stallAtPercent: 10, lostAtPercent: 5 } }, withDeleteTimeout),
  JOB_STATE_UNEXPECTED: destroyWith({ job: { endState: 99, takesEffect: false } }, withDeleteTimeout),
  OUTCOME_UNKNOWN: async () => {
    const at = new LifecycleInProcess();
    at.host.setOption("membersBusy", "accept");
    at.host.injectFault({ method: "CreateSnapshot", connection: "lostAfter" });
    at.afterCall = {
      method: "CreateSnapshot",
      happen: () => {
        at.afterCall = undefined;
        at.takeAnother();
      },
    };
    const { id, outs } = await at.partial();
    return at.failure(at.lifecycle.delete(id, outs));
  },
  NOT_VISIBLE: async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    const empty = SimulatedHost.inMemory({ seed: { hostName: "HV-TEST" }, clock: () => 0 });
    return at.failure(new LifecycleInProcess({}, undefined, { ...at, host: empty }).lifecycle.delete(id, outs));
  },
  VMMS_NOT_RUNNING: create((at) => at.host.stopVmms()),
  OTHER_HOST: async () => {
    const at = new LifecycleInProcess();
    const { id, outs } = await at.create();
    const empty = SimulatedHost.inMemory({ seed: { hostName: "NODE-B" }, clock: () => 0 });
    return at.failure(new LifecycleInProcess({}, undefined, { ...at, host: empty }).lifecycle.delete(id, outs));
  },
  MERGE_SWITCHED_OFF: destroy((at) => at.host.changeMachine("web-01", { merging: false }), {
    inputs: { waitForMerge: true },
  }),
  MERGE_TIMEOUT: destroy(() => {}, {
    inputs: { waitForMerge: true },
    seed: { machines: [{ name: "db-01" }], groups: [{ name: "web-tier", members: ["db-01"] }], mergeSeconds: 7200 },
  }),
  PARTIAL_CREATE: createWith({ job: { stallAtPercent: 42 } }),
  ...Object.fromEntries(returnValues.map((returnValue) => [returnCode(returnValue).code, createWith({ returnValue })])),
};

/** What no message of any code may contain. */
const mistakes: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a value that wasn't filled in", /\bundefined\b|\bNaN\b|\[object/],
  ["two sentences' ends run together", /\.\.(?!\.)|\. \.|[,;:]\./],
  ["a gap or a doubled word", / {2}|\b(\w+) \1\b|\bfor on\b/],
  ["a number that isn't rounded", /\d\.\d{3}/],
  ["a plural after 1", /(?<![\d.,])1 (checkpoints|snapshots|machines|members|groups|jobs|seconds|minutes|hours)\b/],
];

/** The errors that were raised, for the page. */
const raised = new Map<ErrorCode, HyperVError>();

// `npm run docs` names the page, to read all messages at once
afterAll(() => {
  const page = process.env["MESSAGES_PAGE"];
  if (page) writeFileSync(page, messagesPage());
});

function messagesPage(): string {
  const sections = [...raised].map(([code, { message, parts }]) => {
    const rows = Object.entries(parts).map(([name, part]) => `| ${name} | ${part.replaceAll("|", "\\|")} |`);
    return [`## ${code}`, "", `> ${message}`, "", "| part | text |", "|---|---|", ...rows].join("\n");
  });
  return `${["# Messages", "One real message for each error code, written by `npm run docs`.", ...sections].join("\n\n")}\n`;
}

describe("the message of an error", () => {
  it.each(errorCodes)("%s has all five parts and no mistake in its form", async (code) => {
    const error = await scenarios[code]?.();
    if (!HyperVError.isInstance(error)) throw new Error(`no scenario raises ${code}`, { cause: error });
    expect(error.code).toBe(code);
    raised.set(code, error);
    const { message, parts } = error;
    for (const [name, part] of Object.entries(parts)) expect(part, name).toMatch(/\w/);
    // the first sentence says what failed and why; the others are shown as they are
    for (const name of ["outcome", "remedy"] as const) expect(message, name).toContain(parts[name].replace(/\.$/, ""));
    for (const name of ["outcome", "remedy"] as const) expect(parts[name], name).toMatch(/^[\p{Lu}\d"`]/u);
    expect(message).toMatch(/^[\p{Lu}\d"`].*[.!?]$/su);
    for (const [what, pattern] of mistakes) expect(message, what).not.toMatch(pattern);
  });
});
