import { hostname } from "node:os";
import { afterEach, beforeEach, describe, expect, it, type TestContext, vi } from "vitest";
import type { CimInstance } from "../../provider/src/cim/cim-instance";
import { CimInstancePath } from "../../provider/src/cim/cim-instance-path";
import { type CimValue, isoFromDateTime } from "../../provider/src/cim/cim-value";
import { CimError, HyperVError, NotFoundError } from "../../provider/src/errors";
import { Hresult } from "../../provider/src/schema/hresults";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { workerOptions } from "../../provider/src/transports/powershell/options";
import { ShellLane } from "../../provider/src/transports/worker-shell/shell-lane";
import {
  readInstance,
  readValues,
  type WireAnswer,
  type WireInstance,
} from "../../provider/src/transports/worker-shell/wire-answer";
import { wirePath, wireText, wireValue } from "../../provider/src/transports/worker-shell/wire-request";
import type { WorkerRequest } from "../../provider/src/transports/worker-shell/worker-protocol";
import { executableOnPath } from "../../tools/pulumi-cli/executable-on-path";
import { CimHostServer } from "../support/cim-host-server";
import { type PowerShellEdition, powerShellEditions, requirePowerShell } from "../support/powershell";
import { windowsNamespace } from "../support/windows-classes";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const origin = { hostName: hostname(), namespace: windowsNamespace };
const localMachine = 0x80000002;
const currentUser = 0x80000001;
const testKey = "Software\\pulumi-hyperv-snapshots-test";
const currentVersion = "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion";
const registry = new CimInstancePath({ className: "StdRegProv", keys: {}, namespace: windowsNamespace });

/** A parameter of a method, with the CIM type that it is declared with. */
type Parameter = readonly [name: string, type: string, value: CimValue];

/** The worker of the PowerShell transport, and the CIM cmdlets behind it. */
class Cmdlets {
  private readonly lane = new ShellLane(workerOptions({ namespace: windowsNamespace }));

  async query(wql: string): Promise<readonly CimInstance[]> {
    return this.instances({ verb: "query", wql: wireText(wql), namespace: wireText(windowsNamespace) });
  }

  /** The only instance that a query finds. */
  async only(wql: string): Promise<CimInstance> {
    const [first, ...others] = await this.query(wql);
    if (first === undefined || others.length > 0) throw new Error(`${wql}: ${others.length + (first ? 1 : 0)} found`);
    return first;
  }

  get(path: CimInstancePath): Promise<readonly CimInstance[]> {
    return this.instances({ verb: "get", path: wirePath(path, windowsNamespace) });
  }

  associators(path: CimInstancePath, associationClass: string): Promise<readonly CimInstance[]> {
    const narrow = { associationClass: wireText(associationClass) };
    return this.instances({ verb: "associators", path: wirePath(path, windowsNamespace), ...narrow });
  }

  async invoke(path: CimInstancePath, methodName: string, ...given: readonly Parameter[]) {
    const parameters = given.map(([name, type, value]) => ({
      name: wireText(name),
      ...wireValue(value, type, windowsNamespace),
    }));
    const identity = wireText(path.identity);
    const target = wirePath(path, windowsNamespace);
    const answer = await this.ask({
      verb: "invokeMethod",
      path: target,
      identity,
      methodName: wireText(methodName),
      parameters,
    });
    return readValues(answer as Readonly<Record<string, WireAnswer>>, origin);
  }

  close(): Promise<void> {
    return this.lane.close();
  }

  private async instances(request: WorkerRequest): Promise<readonly CimInstance[]> {
    return ((await this.ask(request)) as readonly WireInstance[]).map((one) => readInstance(one, origin));
  }

  private ask(request: WorkerRequest) {
    return this.lane.ask(request, { attempted: "Asking Windows", target: "this computer", changes: false });
  }
}

/** Where the cmdlets come from: Windows itself, or the module of this repository that stands in for them. */
const places = [
  { place: "the CIM cmdlets of Windows", isReal: true },
  { place: "the stand-in for them", isReal: false },
] as const;

/** The program of an edition on Windows; skips the test where it isn't installed. */
function realPowerShell(context: TestContext, { edition }: PowerShellEdition): Readonly<Record<string, string>> {
  if (process.platform !== "win32") context.skip("only-windows: the real CIM cmdlets are there only");
  const program = executableOnPath(edition === "Core" ? "pwsh" : "powershell", process.env);
  if (program === undefined) context.skip(`other-powershell: there is no ${edition} PowerShell on the PATH`);
  return { NODE_POWERSHELL: program };
}

const cases = places.flatMap((place) => powerShellEditions.map((edition) => ({ ...place, edition })));

describe.each(cases)("$edition.name and $place", ({ isReal, edition }) => {
  let server: CimHostServer | undefined;
  let cmdlets: Cmdlets;

  beforeEach(async (context) => {
    if (!isReal) server = await CimHostServer.start(SimulatedHost.inMemory());
    const environment = isReal ? realPowerShell(context, edition) : requirePowerShell(context, edition);
    const all = { ...environment, ...server?.environment };
    for (const [name, value] of Object.entries(all)) vi.stubEnv(name, value);
    cmdlets = new Cmdlets();
  });

  afterEach(async () => {
    await cmdlets?.close();
    await server?.stop();
    server = undefined;
    vi.unstubAllEnvs();
  });

  it("reads numbers of every size, texts, arrays, booleans and moments", async () => {
    const system = await cmdlets.only("SELECT * FROM Win32_OperatingSystem");
    const { properties } = system;
    expect(properties["BuildNumber"]).toMatch(/^\d+$/);
    expect(properties["TotalVisibleMemorySize"]).toEqual(expect.any(BigInt));
    expect(properties["TotalVisibleMemorySize"]).toBeGreaterThan(0n);
    expect(properties["NumberOfProcesses"]).toBeGreaterThan(0);
    expect(properties["CurrentTimeZone"]).toEqual(expect.any(Number));
    expect(properties["ForegroundApplicationBoost"]).toBeLessThan(256);
    expect(properties["Primary"]).toBe(true);
    expect(properties["MUILanguages"]).toContainEqual(expect.stringMatching(/^[a-z]{2,3}-/));
    const bootedAt = Date.parse(isoFromDateTime(String(properties["LastBootUpTime"])) ?? "");
    expect(bootedAt).toBeGreaterThan(Date.UTC(2016, 0));
    expect(bootedAt).toBeLessThan(Date.now());
    expect(system.path.key("Name")).toBe(properties["Name"]);
  });

  it("finds this process, and reads it again by its path", async () => {
    const found = await cmdlets.only(`SELECT * FROM Win32_Process WHERE ProcessId = ${process.pid}`);
    expect(found.properties["WorkingSetSize"]).toBeGreaterThan(1_000_000n);
    expect(found.properties["TerminationDate"]).toBeNull();
    const startedAt = Date.parse(isoFromDateTime(String(found.properties["CreationDate"])) ?? "");
    expect(Math.abs(Date.now() - process.uptime() * 1000 - startedAt)).toBeLessThan(60_000);
    const [again] = await cmdlets.get(found.path);
    expect(again?.properties["ProcessId"]).toBe(process.pid);
    expect(again?.path.identity).toBe(found.path.identity);
  });

  it("reads the state of a service", async () => {
    const name = isReal ? "Winmgmt" : "vmms";
    const service = await cmdlets.only(`SELECT Name, State FROM Win32_Service WHERE Name = '${name}'`);
    expect(service.properties["State"]).toBe("Running");
  });

  it("walks an association, and reads its rows, whose references have keys", async () => {
    const computer = await cmdlets.only("SELECT * FROM Win32_ComputerSystem");
    const [system] = await cmdlets.associators(computer.path, "Win32_SystemOperatingSystem");
    expect(system?.className).toBe("Win32_OperatingSystem");
    const key = `Win32_ComputerSystem.Name="${computer.path.key("Name")}"`;
    const row = await cmdlets.only(`REFERENCES OF {${key}} WHERE ResultClass = Win32_SystemOperatingSystem`);
    expect(row.reference("GroupComponent")?.key("Name")).toBe(computer.path.key("Name"));
    expect(row.reference("PartComponent")?.key("Name")).toBe(system?.path.key("Name"));
  });

  it("invokes a static method that answers texts, numbers, bytes and arrays", async () => {
    const read = (method: string, key: string, valueName?: string) =>
      cmdlets.invoke(
        registry,
        method,
        ["hDefKey", "uint32", localMachine],
        ["sSubKeyName", "string", key],
        ...(valueName === undefined ? [] : [["sValueName", "string", valueName] as const]),
      );
    expect((await read("EnumKey", "SOFTWARE\\Microsoft\\Windows NT"))["sNames"]).toContainEqual(
      expect.stringMatching(/^currentversion$/i),
    );
    expect((await read("GetStringValue", currentVersion, "CurrentBuildNumber"))["sValue"]).toMatch(/^\d+$/);
    expect((await read("GetDWORDValue", currentVersion, "CurrentMajorVersionNumber"))["uValue"]).toBe(10);
    const bytes = (await read("GetBinaryValue", currentVersion, "DigitalProductId"))["uValue"] as number[];
    expect(bytes.length).toBeGreaterThan(0);
    expect(bytes.every((byte) => Number.isInteger(byte) && byte < 256)).toBe(true);
    const manager = "SYSTEM\\CurrentControlSet\\Control\\Session Manager";
    expect((await read("GetMultiStringValue", manager, "BootExecute"))["sValue"]).toContainEqual(expect.any(String));
    const { sNames, Types: types } = await read("EnumValues", currentVersion);
    expect((types as number[]).length).toBe((sNames as string[]).length);
  });

  it("sends arrays, bytes and 64-bit numbers to a method, which come back unchanged", async () => {
    const call = (method: string, ...more: readonly Parameter[]) =>
      cmdlets.invoke(registry, method, ["hDefKey", "uint32", currentUser], ["sSubKeyName", "string", testKey], ...more);
    const sent: readonly (readonly [method: string, parameter: string, type: string, value: CimValue])[] = [
      ["MultiString", "sValue", "string[]", ["one", 'two "quoted"', "drei ü 三", "$(4)"]],
      ["QWORD", "uValue", "uint64", 18_446_744_073_709_551_615n],
      ["Binary", "uValue", "uint8[]", [0, 1, 127, 128, 255]],
    ];
    expect(await call("CreateKey")).toEqual({ ReturnValue: 0 });
    try {
      for (const [kind, parameter, type, value] of sent) {
        const name = ["sValueName", "string", kind] as const;
        expect(await call(`Set${kind}Value`, name, [parameter, type, value]), kind).toEqual({ ReturnValue: 0 });
        expect(await call(`Get${kind}Value`, name), kind).toEqual({ ReturnValue: 0, [parameter]: value });
      }
    } finally {
      expect(await call("DeleteKey")).toEqual({ ReturnValue: 0 });
    }
  });

  it("returns the number with which a method refuses", async () => {
    const missing = ["sSubKeyName", "string", `${testKey}-that-does-not-exist`] as const;
    const answer = await cmdlets.invoke(registry, "EnumKey", ["hDefKey", "uint32", localMachine], missing);
    expect(answer["ReturnValue"]).toBe(2);
  });

  it("invokes a method of an instance, with a parameter and without", async () => {
    const { path } = await cmdlets.only(`SELECT * FROM Win32_Process WHERE ProcessId = ${process.pid}`);
    expect(await cmdlets.invoke(path, "GetOwner")).toMatchObject({ ReturnValue: 0, User: expect.any(String) });
    const normalPriority = 32;
    expect(await cmdlets.invoke(path, "SetPriority", ["Priority", "sint32", normalPriority])).toMatchObject({
      ReturnValue: 0,
    });
  });

  it("recognizes by numbers what doesn't exist", async () => {
    const numberOf = async (answer: Promise<unknown>) => {
      const error = await answer.catch((reason: unknown) => reason);
      expect(CimError.isInstance(error), String(error)).toBe(true);
      return (error as CimError).hresult;
    };
    expect(await numberOf(cmdlets.query("SELECT * FROM No_SuchClass"))).toBe(Hresult.WBEM_E_INVALID_CLASS);
    expect(await numberOf(cmdlets.query("SELECT NoSuchProperty FROM Win32_OperatingSystem"))).toBe(
      Hresult.WBEM_E_INVALID_QUERY,
    );
    const keys = { Handle: "4294967294" };
    const absent = new CimInstancePath({ className: "Win32_Process", keys, namespace: windowsNamespace });
    const error = await cmdlets.get(absent).catch((reason: unknown) => reason);
    expect(NotFoundError.isInstance(error), String(error)).toBe(true);
  });

  it("fails with a typed error if a method or a parameter doesn't exist", async () => {
    const { path } = await cmdlets.only(`SELECT * FROM Win32_Process WHERE ProcessId = ${process.pid}`);
    for (const call of [
      () => cmdlets.invoke(path, "NoSuchMethod"),
      () => cmdlets.invoke(path, "SetPriority", ["NoSuchParameter", "sint32", 1]),
    ]) {
      const error = await call().catch((reason: unknown) => reason);
      expect(HyperVError.isInstance(error), String(error)).toBe(true);
    }
    expect(await cmdlets.query("SELECT * FROM Win32_ComputerSystem")).toHaveLength(1);
  });
});
