import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { classChain, keysOf, methodOf, propertiesOf } from "../../provider/src/cim/cim-class";
import type { CimInstance } from "../../provider/src/cim/cim-instance";
import { CimInstancePath, type CimKeyValue } from "../../provider/src/cim/cim-instance-path";
import type { CimScalar, CimValue } from "../../provider/src/cim/cim-value";
import { CimError, ConnectionError } from "../../provider/src/errors";
import { classDeclarations } from "../../provider/src/schema/class-declarations";
import { Hresult, MiResult } from "../../provider/src/schema/hresults";
import type { SimulatedHost } from "../../provider/src/simulator/index";
import { WmiFailure } from "../../provider/src/simulator/wmi-failure";
import { WindowsClasses, windowsClasses, windowsNamespace } from "./windows-classes";

/** What the module `CimCmdlets` of this folder sends: one line of JSON. */
export interface StandInRequest {
  readonly verb: "connect" | "class" | "get" | "query" | "associators" | "invokeMethod";
  readonly [name: string]: unknown;
}

/** A refusal, as CIM cmdlets tell it: an HRESULT where WMI gave one, and an MI_Result. */
export interface Refusal {
  readonly hresult?: number;
  readonly nativeErrorCode: number;
  readonly text: string;
}

/** What befalls a request before the host sees it. */
export type Interception = Refusal | "silence" | undefined;

/** How the stand-in behaves. */
export interface CimHostOptions {
  /** Whether instances come with the declarations of their class's methods. Not known for every session of real hosts. */
  readonly declaresMethods?: boolean;
  /** Whether the shells print all kinds of things beside their answers. */
  readonly isNoisy?: boolean;
}

interface WrittenPath {
  readonly className: string;
  readonly namespace: string;
  readonly keys: readonly { readonly name: string; readonly type: string; readonly value: unknown }[];
}

/** What MI makes of WMI's refusals. Source: MI.h and the mapping that PowerShell shows. */
const nativeErrorCodes: Readonly<Record<number, number>> = {
  [Hresult.WBEM_E_NOT_FOUND]: MiResult.NotFound,
  [Hresult.WBEM_E_ACCESS_DENIED]: MiResult.AccessDenied,
  [Hresult.WBEM_E_INVALID_NAMESPACE]: MiResult.InvalidNamespace,
  [Hresult.WBEM_E_INVALID_CLASS]: MiResult.InvalidClass,
  [Hresult.WBEM_E_INVALID_QUERY]: MiResult.InvalidQuery,
  [Hresult.WBEM_E_INVALID_METHOD]: MiResult.MethodNotFound,
};

/** Serves a simulated host to the shells of the PowerShell transport, whose `CimCmdlets` come here instead of to WMI. */
export class CimHostServer {
  /** The host that answers; tests may put another in its place. */
  host: SimulatedHost;
  declaresMethods: boolean;
  /** What `New-CimSession` was given, one entry for each shell. */
  readonly connects: StandInRequest[] = [];
  /** Comes before the host: refuses a request, answers it later, or, with "silence", never. */
  intercept: ((request: StandInRequest) => Interception | Promise<Interception>) | undefined;
  /** The classes that every Windows has, beside those of the host. */
  private readonly windows = new WindowsClasses({ vmms: () => this.host.vmms, shells: () => this.shells });
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly modules = mkdtempSync(join(tmpdir(), "hyperv-snapshots-modules-"));

  private constructor(host: SimulatedHost, options: CimHostOptions) {
    this.host = host;
    this.declaresMethods = options.declaresMethods ?? true;
    this.server = createServer((socket) => this.serve(socket));
  }

  static async start(host: SimulatedHost, options: CimHostOptions = {}): Promise<CimHostServer> {
    const server = new CimHostServer(host, options);
    await new Promise<void>((resolve) => server.server.listen(0, "127.0.0.1", resolve));
    server.writeModule(options);
    return server;
  }

  /**
   * What the shells' environment needs so that they come here: a module that says where, in front of the stand-in. The
   * transport passes no variable of ours on to a shell.
   */
  get environment(): Record<string, string> {
    return { PSModulePath: [this.modules, process.env["PSModulePath"]].filter(Boolean).join(delimiter) };
  }

  private writeModule(options: CimHostOptions): void {
    const { port } = this.server.address() as { port: number };
    const folder = join(this.modules, "CimCmdlets");
    mkdirSync(folder);
    const standIn = join(import.meta.dirname, "CimCmdlets");
    const text = readFileSync(join(standIn, "CimCmdlets.psm1"), "utf8").replaceAll("$PSScriptRoot", standIn);
    const settings = `$env:TEST_CIM_HOST = '127.0.0.1:${port}'; $env:TEST_CIM_NOISE = '${options.isNoisy ? "1" : ""}'`;
    writeFileSync(join(folder, "CimCmdlets.psm1"), `${settings}\n${text}`);
  }

  /** The process ids of the shells that came here. */
  get shells(): number[] {
    return this.connects.map(({ shell }) => Number(shell));
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    rmSync(this.modules, { recursive: true, force: true });
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    const lines = createInterface({ input: socket });
    // a killed shell resets its connection; the reader of lines reports it once more
    for (const one of [socket, lines]) one.on("error", () => {});
    lines.on("line", async (line) => {
      const request = JSON.parse(line) as StandInRequest;
      if (request.verb === "connect") this.connects.push(request);
      const intercepted = await this.intercept?.(request);
      if (intercepted === "silence" || socket.destroyed) return;
      socket.write(`${JSON.stringify(tagged(intercepted ? { refusal: intercepted } : this.answer(request)))}\n`);
    });
  }

  /** Lets the host do what is asked; the answer gets lost. */
  answerUnheard(request: StandInRequest): void {
    this.answer(request);
  }

  private answer(request: StandInRequest): object {
    try {
      return this.carryOut(request);
    } catch (error) {
      const { cause, message } = error as Error;
      if (cause instanceof WmiFailure) {
        const { hresult, miResult = nativeErrorCodes[hresult ?? 0] ?? MiResult.Failed } = cause;
        return { refusal: { ...(hresult !== undefined && { hresult }), nativeErrorCode: miResult, text: message } };
      }
      if (ConnectionError.isInstance(error)) {
        const hresult = Hresult.RPC_S_CALL_FAILED;
        return { refusal: { hresult, nativeErrorCode: MiResult.Failed, text: error.parts.answer } };
      }
      if (!CimError.isInstance(error) || error.hresult === null) throw error;
      const nativeErrorCode = nativeErrorCodes[error.hresult] ?? MiResult.Failed;
      return { refusal: { hresult: error.hresult, nativeErrorCode, text: error.parts.answer } };
    }
  }

  private carryOut(request: StandInRequest): object {
    const path = request["path"] ? readPath(request["path"] as WrittenPath) : undefined;
    if (isWindows(path?.namespace ?? request["namespace"])) return this.carryOutOnWindows(request, path);
    switch (request.verb) {
      case "connect":
        return {};
      case "class":
        return this.classOf(String(request["className"]));
      case "get":
        return this.instances([this.host.get(path as CimInstancePath)]);
      case "query":
        return this.inNamespace(request) ?? this.instances(this.host.query(String(request["wql"])));
      case "associators": {
        const { association, resultClass } = request;
        const filter = {
          ...(association ? { associationClass: String(association) } : {}),
          ...(resultClass ? { resultClass: String(resultClass) } : {}),
        };
        return this.instances(this.host.associators(path as CimInstancePath, filter));
      }
      case "invokeMethod":
        return this.invoke(path as CimInstancePath, request);
    }
  }

  /** Answers for the classes that every Windows has. */
  private carryOutOnWindows(request: StandInRequest, path: CimInstancePath | undefined): object {
    if (request.verb === "query") return this.instances(this.windows.query(String(request["wql"])));
    if (path === undefined) return {};
    if (request.verb === "invokeMethod") return this.invoke(path, request, this.windows);
    if (request.verb === "get") return this.instances([this.windows.get(path)]);
    const { association } = request;
    return this.instances(this.windows.associators(path, association ? String(association) : undefined));
  }

  private inNamespace({ namespace }: StandInRequest): object | undefined {
    if (String(namespace).replaceAll("/", "\\").toLowerCase() === this.host.namespace) return undefined;
    const hresult = Hresult.WBEM_E_INVALID_NAMESPACE;
    return { refusal: { hresult, nativeErrorCode: MiResult.InvalidNamespace, text: `There is no ${namespace}` } };
  }

  private classOf(className: string): object {
    const windowsClass = windowsClasses[className];
    if (windowsClass !== undefined) {
      const methods = Object.entries(windowsClass.methods ?? {}).map(([name, parameters]) => ({
        name,
        parameters: Object.entries(parameters).map(([parameter, type]) => ({ name: parameter, type: cimType(type) })),
      }));
      return { chain: [className], methods: this.declaresMethods ? methods : [] };
    }
    const chain = classChain(className);
    const methods = chain.flatMap((name) => Object.entries(classDeclarations[name]?.methods ?? {}));
    const declared = methods.map(([name, { parameters }]) => ({
      name,
      parameters: Object.entries(parameters).map(([parameter, { type }]) => ({ name: parameter, type: cimType(type) })),
    }));
    return { chain, methods: this.declaresMethods ? declared : [] };
  }

  private instances(instances: readonly CimInstance[]): object {
    return { instances: instances.map((instance) => this.written(instance)) };
  }

  private written({ className, path, properties }: CimInstance): object {
    const keys = windowsClasses[className]?.keys ?? keysOf(className);
    const entries = Object.entries(properties).map(([name, value]) => {
      const type = typeOf(className, name);
      return [name, cimType(type), keys.includes(name), this.value(value)];
    });
    return { className, namespace: path.namespace ?? "", server: path.host ?? "", properties: entries };
  }

  private value(value: CimValue): unknown {
    if (value === null) return null;
    if (Array.isArray(value)) return value.map((item: CimScalar) => this.value(item));
    if (!(value instanceof CimInstancePath)) return String(value);
    const properties = Object.entries(value.keys).map(([name, key]) => [
      name,
      cimType(typeOf(value.className, name)),
      true,
      this.value(key),
    ]);
    return { className: value.className, namespace: value.namespace ?? "", server: value.host ?? "", properties };
  }

  private invoke(
    path: CimInstancePath,
    request: StandInRequest,
    host: Pick<SimulatedHost, "invokeMethod"> = this.host,
  ): object {
    const methodName = String(request["methodName"]);
    const declared = parametersOf(path.className, methodName);
    const given = request["parameters"] as readonly { name: string; type: string; value: unknown }[];
    const parameters: Record<string, CimValue> = {};
    for (const { name, type, value } of given) {
      const wanted = Object.entries(declared).find(([known]) => known.toLowerCase() === name.toLowerCase())?.[1];
      if (value !== null && wanted !== undefined && cimType(wanted) !== type) {
        const text = `${name} is ${wanted} and came as ${type}`;
        return { refusal: { hresult: Hresult.WBEM_E_TYPE_MISMATCH, nativeErrorCode: MiResult.TypeMismatch, text } };
      }
      parameters[name] = readValue(type, value);
    }
    const { returnValue, outParameters } = host.invokeMethod(path, methodName, parameters);
    const out = Object.entries(outParameters).map(([name, value]) => [
      name,
      cimType(declared[name] ?? "string"),
      this.value(value),
    ]);
    return { out: [...out, ["ReturnValue", "UInt32", String(returnValue)]] };
  }
}

const isWindows = (namespace: unknown) =>
  String(namespace ?? "")
    .replaceAll("/", "\\")
    .toLowerCase() === windowsNamespace;

/** The declared type of a property. */
function typeOf(className: string, property: string): string {
  return windowsClasses[className]?.properties[property] ?? propertiesOf(className)[property]?.type ?? "string";
}

/** The declared types of a method's parameters. */
function parametersOf(className: string, methodName: string): Readonly<Record<string, string>> {
  const windowsMethod = windowsClasses[className]?.methods?.[methodName];
  if (windowsMethod !== undefined) return windowsMethod;
  const declared = Object.entries(methodOf(className, methodName)?.parameters ?? {});
  return Object.fromEntries(declared.map(([name, { type }]) => [name, type]));
}

/** The name that .NET has for a CIM type: `uint16[]` is `UInt16Array`. */
function cimType(type: string): string {
  const element = type.replace(/\[\]$/, "");
  const names: Readonly<Record<string, string>> = { boolean: "Boolean", datetime: "DateTime", char16: "Char16" };
  const name = element.startsWith("ref")
    ? "Reference"
    : (names[element] ??
      (/^[us]int\d+$/.test(element) ? `${element.slice(0, 2).toUpperCase()}${element.slice(2)}` : "String"));
  return type.endsWith("[]") ? `${name}Array` : name;
}

function readPath({ className, namespace, keys }: WrittenPath): CimInstancePath {
  const read = Object.fromEntries(keys.map(({ name, type, value }) => [name, readValue(type, value) as CimKeyValue]));
  return new CimInstancePath({ className, namespace, keys: read });
}

function readValue(type: string, value: unknown): CimValue {
  if (value === null) return null;
  if (type.endsWith("Array"))
    return (value as unknown[]).map((item) => readValue(type.slice(0, -5), item) as CimScalar);
  if (type === "Reference" || type === "Instance") return readPath(value as WrittenPath);
  if (type === "Boolean") return value === "True";
  if (type === "UInt64" || type === "SInt64") return BigInt(String(value));
  return /^([US]Int|Real)/.test(type) ? Number(value) : String(value);
}

/** Every text with a `=` in front, so that no JSON reader of PowerShell makes a date of it. */
function tagged(value: unknown): unknown {
  if (typeof value === "string") return `=${value}`;
  if (Array.isArray(value)) return value.map(tagged);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, content]) => [name, tagged(content)]));
}
