import { hostname, release, totalmem, uptime, userInfo } from "node:os";
import { CimInstance } from "../../provider/src/cim/cim-instance";
import { CimInstancePath, type CimKeyValue } from "../../provider/src/cim/cim-instance-path";
import type { MethodResult } from "../../provider/src/cim/cim-session";
import { type CimValue, dateTimeFromMilliseconds } from "../../provider/src/cim/cim-value";
import { type WbemStatusName, wbemRefusal } from "../../provider/src/simulator/wbem-refusal";
import { wqlPredicate } from "../../provider/src/simulator/wql/wql-condition";
import { parseWql } from "../../provider/src/simulator/wql/wql-parser";
import { isAlive } from "./processes";

/** The namespace of the classes that every Windows has. */
export const windowsNamespace = "root\\cimv2";

type Types = Readonly<Record<string, string>>;

/** A class as far as the tests ask for it. Sources: the class pages of CIMWin32 and RegProv, learn.microsoft.com. */
interface WindowsClass {
  readonly keys: readonly string[];
  readonly properties: Types;
  /** In and out parameters of its methods, by the methods' names. */
  readonly methods?: Readonly<Record<string, Types>>;
}

const key = { hDefKey: "uint32", sSubKeyName: "string" };
const value = { ...key, sValueName: "string" };

/** The classes of `root\cimv2` that the stand-in has. */
export const windowsClasses: Readonly<Record<string, WindowsClass>> = {
  Win32_OperatingSystem: {
    keys: ["Name"],
    properties: {
      Name: "string",
      BuildNumber: "string",
      TotalVisibleMemorySize: "uint64",
      NumberOfProcesses: "uint32",
      LastBootUpTime: "datetime",
      CurrentTimeZone: "sint16",
      ForegroundApplicationBoost: "uint8",
      MUILanguages: "string[]",
      Primary: "boolean",
    },
  },
  Win32_ComputerSystem: { keys: ["Name"], properties: { Name: "string", TotalPhysicalMemory: "uint64" } },
  Win32_SystemOperatingSystem: {
    keys: ["GroupComponent", "PartComponent"],
    properties: {
      GroupComponent: "ref Win32_ComputerSystem",
      PartComponent: "ref Win32_OperatingSystem",
      PrimaryOS: "boolean",
    },
  },
  Win32_Process: {
    keys: ["Handle"],
    properties: {
      Handle: "string",
      Name: "string",
      ProcessId: "uint32",
      ParentProcessId: "uint32",
      WorkingSetSize: "uint64",
      CreationDate: "datetime",
      TerminationDate: "datetime",
    },
    methods: {
      GetOwner: { Domain: "string", User: "string" },
      SetPriority: { Priority: "sint32" },
      Terminate: { Reason: "uint32" },
    },
  },
  Win32_Service: { keys: ["Name"], properties: { Name: "string", State: "string", StartMode: "string" } },
  StdRegProv: {
    keys: [],
    properties: {},
    methods: {
      EnumKey: { ...key, sNames: "string[]" },
      EnumValues: { ...key, sNames: "string[]", Types: "sint32[]" },
      GetStringValue: { ...value, sValue: "string" },
      GetDWORDValue: { ...value, uValue: "uint32" },
      GetQWORDValue: { ...value, uValue: "uint64" },
      GetBinaryValue: { ...value, uValue: "uint8[]" },
      GetMultiStringValue: { ...value, sValue: "string[]" },
      CreateKey: key,
      DeleteKey: key,
      SetMultiStringValue: { ...value, sValue: "string[]" },
      SetQWORDValue: { ...value, uValue: "uint64" },
      SetBinaryValue: { ...value, uValue: "uint8[]" },
    },
  },
};

/** `HKEY_LOCAL_MACHINE`. */
const localMachine = 0x80000002;
const fileNotFound = 2;

/** What the registry's types are called in `EnumValues`: REG_SZ, REG_BINARY, REG_DWORD, REG_MULTI_SZ, REG_QWORD. */
function registryType(stored: CimValue): number {
  if (typeof stored === "string") return 1;
  if (typeof stored === "number") return 4;
  if (typeof stored === "bigint") return 11;
  return Array.isArray(stored) && typeof stored[0] === "number" ? 3 : 7;
}

/** A registry of a few keys, as every Windows has them. */
function newRegistry(): Map<string, Map<string, CimValue>> {
  const current = "software\\microsoft\\windows nt\\currentversion";
  return new Map(
    [
      ["software\\microsoft\\windows nt", new Map()],
      [
        current,
        new Map<string, CimValue>([
          ["CurrentBuildNumber", "20348"],
          ["CurrentMajorVersionNumber", 10],
          ["DigitalProductId", [164, 0, 0, 0, 3]],
        ]),
      ],
      [
        "system\\currentcontrolset\\control\\session manager",
        new Map<string, CimValue>([["BootExecute", ["autocheck autochk *"]]]),
      ],
    ].map(([path, values]) => [`${localMachine}\\${path as string}`, values as Map<string, CimValue>]),
  );
}

/** `Win32_Service.State`, by what VMMS does. */
const serviceStates = { running: "Running", stopped: "Stopped", starting: "Start Pending" } as const;

/** What a computer has that isn't always the same. */
interface WindowsComputer {
  /** What the service VMMS does. */
  readonly vmms: () => keyof typeof serviceStates;
  /** The ids of the PowerShells. */
  readonly shells: () => readonly number[];
}

/** Answers requests to `root\cimv2` as a computer with Windows does: this process is one of its processes, and the shells are. */
export class WindowsClasses {
  private readonly registry = newRegistry();
  private readonly computer: WindowsComputer;
  private readonly madeAt = Date.now();

  constructor(computer: WindowsComputer) {
    this.computer = computer;
  }

  query(wql: string): readonly CimInstance[] {
    const query = parse(wql);
    if (query.kind !== "select") {
      return query.kind === "associators"
        ? this.associators(query.path, query.associationClass)
        : this.rows().filter((row) => ends(row).some((end) => end.identity === query.path.identity));
    }
    const { className, where, properties } = query;
    const declared = windowsClasses[className]?.properties ?? refuse("WBEM_E_INVALID_CLASS", className);
    const known = (name: string) => {
      const found = Object.keys(declared).find((one) => one.toLowerCase() === name.toLowerCase());
      return found === undefined ? undefined : { name: found, declaration: { type: declared[found] ?? "string" } };
    };
    if (properties?.some((name) => known(name) === undefined)) refuse("WBEM_E_INVALID_QUERY", wql);
    const fits = where === null ? () => true : wqlPredicate(where, known);
    return this.instancesOf(className).filter((one) => fits((name) => one.properties[name] ?? null) === true);
  }

  get(path: CimInstancePath): CimInstance {
    const all = this.instancesOf(path.className);
    return all.find((one) => one.path.identity === path.identity) ?? refuse("WBEM_E_NOT_FOUND", path.toString());
  }

  associators(path: CimInstancePath, associationClass: string | undefined): readonly CimInstance[] {
    if (associationClass !== "Win32_SystemOperatingSystem") return [];
    const others = this.rows().flatMap((row) => ends(row).filter((end) => end.identity !== path.identity));
    return others.map((end) => this.get(end));
  }

  invokeMethod(path: CimInstancePath, name: string, given: Readonly<Record<string, CimValue>>): MethodResult {
    const declared = windowsClasses[path.className]?.methods?.[name] ?? refuse("WBEM_E_INVALID_METHOD", name);
    const unknown = Object.keys(given).find((parameter) => declared[parameter] === undefined);
    if (unknown !== undefined) refuse("WBEM_E_INVALID_METHOD_PARAMETERS", unknown);
    if (name === "GetOwner") {
      return { returnValue: 0, outParameters: { Domain: hostname(), User: userInfo().username } };
    }
    if (name === "Terminate") {
      const shell = this.computer.shells().find((pid) => String(pid) === path.key("Handle"));
      if (shell === undefined) return refuse("WBEM_E_ACCESS_DENIED", path.toString());
      process.kill(shell, "SIGKILL");
      return { returnValue: 0, outParameters: {} };
    }
    return name === "SetPriority" ? { returnValue: 0, outParameters: {} } : this.onRegistry(name, given);
  }

  private onRegistry(name: string, given: Readonly<Record<string, CimValue>>): MethodResult {
    const path = `${given["hDefKey"] ?? localMachine}\\${String(given["sSubKeyName"]).toLowerCase()}`;
    const valueName = String(given["sValueName"]);
    if (name === "CreateKey") this.registry.set(path, new Map());
    const values = this.registry.get(path);
    if (values === undefined) return { returnValue: fileNotFound, outParameters: {} };
    if (name === "DeleteKey") this.registry.delete(path);
    if (name === "EnumValues") {
      const Types = [...values.values()].map(registryType);
      return { returnValue: 0, outParameters: { sNames: [...values.keys()], Types } };
    }
    if (name === "EnumKey") {
      const below = [...this.registry.keys()].filter((one) => one.startsWith(`${path}\\`));
      return { returnValue: 0, outParameters: { sNames: below.map((one) => one.slice(path.length + 1)) } };
    }
    const given_ = given["sValue"] ?? given["uValue"] ?? null;
    if (name.startsWith("Set")) values.set(valueName, given_);
    if (!name.startsWith("Get")) return { returnValue: 0, outParameters: {} };
    const stored = values.get(valueName);
    const out = "sValue" in (windowsClasses["StdRegProv"]?.methods?.[name] ?? {}) ? "sValue" : "uValue";
    return { returnValue: stored === undefined ? fileNotFound : 0, outParameters: { [out]: stored ?? null } };
  }

  private rows(): readonly CimInstance[] {
    return this.instancesOf("Win32_SystemOperatingSystem");
  }

  private instancesOf(className: string): readonly CimInstance[] {
    const now = Date.now();
    switch (className) {
      case "Win32_OperatingSystem":
        return [
          made(className, {
            Name: `Microsoft Windows|C:\\Windows|${release()}`,
            BuildNumber: "20348",
            TotalVisibleMemorySize: BigInt(Math.floor(totalmem() / 1024)),
            NumberOfProcesses: 3,
            LastBootUpTime: dateTimeFromMilliseconds(now - uptime() * 1000),
            CurrentTimeZone: -60,
            ForegroundApplicationBoost: 2,
            MUILanguages: ["en-US"],
            Primary: true,
          }),
        ];
      case "Win32_ComputerSystem":
        return [made(className, { Name: hostname(), TotalPhysicalMemory: BigInt(totalmem()) })];
      case "Win32_SystemOperatingSystem": {
        const [system] = this.instancesOf("Win32_ComputerSystem");
        const [operatingSystem] = this.instancesOf("Win32_OperatingSystem");
        if (system === undefined || operatingSystem === undefined) return [];
        return [made(className, { GroupComponent: system.path, PartComponent: operatingSystem.path, PrimaryOS: true })];
      }
      case "Win32_Service":
        return [made(className, { Name: "vmms", State: serviceStates[this.computer.vmms()], StartMode: "Auto" })];
      case "Win32_Process":
        return [
          made(className, {
            Handle: String(process.pid),
            Name: "node.exe",
            ProcessId: process.pid,
            ParentProcessId: process.ppid,
            WorkingSetSize: BigInt(process.memoryUsage.rss()),
            CreationDate: dateTimeFromMilliseconds(now - process.uptime() * 1000),
            TerminationDate: null,
          }),
          ...this.computer
            .shells()
            .filter(isAlive)
            .map((pid) =>
              made(className, {
                Handle: String(pid),
                Name: "powershell.exe",
                ProcessId: pid,
                CreationDate: dateTimeFromMilliseconds(this.madeAt),
              }),
            ),
        ];
      default:
        return [];
    }
  }
}

function made(className: string, properties: Readonly<Record<string, CimValue>>): CimInstance {
  const keys = (windowsClasses[className]?.keys ?? []).map((name) => [name, properties[name] as CimKeyValue]);
  const place = { namespace: windowsNamespace, host: hostname() };
  return new CimInstance(new CimInstancePath({ className, keys: Object.fromEntries(keys), ...place }), properties);
}

const ends = ({ properties }: CimInstance): readonly CimInstancePath[] =>
  Object.values(properties).filter((end) => end instanceof CimInstancePath);

function parse(wql: string): ReturnType<typeof parseWql> {
  try {
    return parseWql(wql);
  } catch {
    return refuse("WBEM_E_INVALID_QUERY", wql);
  }
}

function refuse(status: WbemStatusName, target: string): never {
  throw wbemRefusal(status, { attempted: "Asking Windows", target, because: "it is not there", remedy: "Correct it" });
}
