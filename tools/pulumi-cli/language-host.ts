// Runs Node programs for the Pulumi engine. Pulumi's own language host for Node can't be built as a Go module.
// This file is copied beside the CLI: it imports only Node's modules, and takes gRPC and the messages from the program's SDK.
import { type ChildProcess, spawn } from "node:child_process";
import { connect } from "node:http2";
import { createRequire } from "node:module";
import { join } from "node:path";

type Messages = typeof import("@pulumi/pulumi/proto/language_pb");
type RunRequest = import("@pulumi/pulumi/proto/language_pb").RunRequest;
type RunResponse = import("@pulumi/pulumi/proto/language_pb").RunResponse;
type Handlers = Partial<import("@pulumi/pulumi/proto/language_grpc_pb").ILanguageRuntimeServer>;

/** The part of `@grpc/grpc-js` that is used. */
interface Grpc {
  readonly Server: new (
    options: Record<string, number>,
  ) => {
    addService(service: object, handlers: Handlers): void;
    bindAsync(address: string, credentials: object, done: (error: Error | null, port: number) => void): void;
  };
  readonly ServerCredentials: { createInsecure(): object };
}

/** The engine's own limit for one message. */
const longestMessage = 400 * 1024 * 1024;

/** The exit code of `@pulumi/pulumi/cmd/run` after it has reported the error itself. */
const reportedExitCode = 32;

/** How long a program may take to exit after the signal. */
const graceMs = 2_000;

const programs = new Set<ChildProcess>();

/** Serves `pulumirpc.LanguageRuntime` to the engine whose address is the last argument, and ends when that ends. */
function main(engineAddress: string | undefined): void {
  const sdk = sdkOf(process.cwd());
  if (sdk === undefined) {
    console.error(withoutSdk(process.cwd()));
    process.exit(1);
  }
  process.once("exit", () => endPrograms("SIGKILL"));
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, endWithPrograms);
  if (engineAddress !== undefined) whenEngineEnds(engineAddress, endWithPrograms);

  const grpc: Grpc = sdk("@grpc/grpc-js");
  const { LanguageRuntimeService } = sdk("./proto/language_grpc_pb");
  const server = new grpc.Server({
    "grpc.max_receive_message_length": longestMessage,
    "grpc.max_send_message_length": longestMessage,
  });
  server.addService(LanguageRuntimeService, handlers(sdk, engineAddress));
  server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
    if (error !== null) throw error;
    // the engine reads the port from the first line
    process.stdout.write(`${port}\n`);
  });
}

/** Returns the handlers. gRPC answers UNIMPLEMENTED to all other requests (making projects, generating code, running plugins). */
function handlers(sdk: NodeJS.Require, engineAddress: string | undefined): Handlers {
  const messages: Messages = sdk("./proto/language_pb");
  const { PluginInfo }: typeof import("@pulumi/pulumi/proto/plugin_pb") = sdk("./proto/plugin_pb");
  const { Empty } = sdk("google-protobuf/google/protobuf/empty_pb.js");
  return {
    handshake: (_call, answer) => answer(null, new messages.LanguageHandshakeResponse()),
    getPluginInfo: (_call, answer) => answer(null, new PluginInfo().setVersion(sdk("./package.json").version)),
    about: (_call, answer) =>
      answer(null, new messages.AboutResponse().setExecutable(process.execPath).setVersion(process.version)),
    // the engine loads the plugins of a program's packages when it meets their resources
    getRequiredPackages: (_call, answer) => answer(null, new messages.GetRequiredPackagesResponse()),
    getProgramDependencies: (_call, answer) => answer(null, new messages.GetProgramDependenciesResponse()),
    runtimeOptionsPrompts: (_call, answer) => answer(null, new messages.RuntimeOptionsResponse()),
    run: (call, answer) => {
      call.on("cancelled", () => endPrograms("SIGTERM"));
      runProgram(call.request, engineAddress, new messages.RunResponse()).then(
        (response) => answer(null, response),
        (error: Error) => answer(error),
      );
    },
    cancel: (_call, answer) => {
      endPrograms("SIGTERM");
      answer(null, new Empty());
    },
  };
}

/** Runs the user's program to its end and writes its result into `response`. */
function runProgram(
  request: RunRequest,
  engineAddress: string | undefined,
  response: RunResponse,
): Promise<RunResponse> {
  const folder = request.getInfo()?.getProgramDirectory() || request.getPwd();
  const sdk = sdkOf(folder);
  if (sdk === undefined) return Promise.resolve(response.setError(withoutSdk(folder)));

  const { nodeargs, typescript, tsconfig } = request.getInfo()?.getOptions()?.toJavaScript() ?? {};
  const entryPoint = request.getInfo()?.getEntryPoint() || request.getProgram() || ".";
  const args = [
    ...words(nodeargs),
    sdk.resolve("./cmd/run"),
    ...option("monitor", request.getMonitorAddress()),
    ...option("engine", engineAddress),
    ...option("organization", request.getOrganization()),
    ...option("project", request.getProject()),
    ...option("stack", request.getStack()),
    ...option("pwd", request.getPwd()),
    ...option("root-directory", request.getInfo()?.getRootDirectory()),
    ...option("parallel", request.getParallel()),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    entryPoint,
    ...request.getArgsList(),
  ];
  const program = spawn(process.execPath, args, {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit"],
    env: {
      ...process.env,
      PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().getEntryList())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
      ...(typescript === false ? {} : { PULUMI_NODEJS_TYPESCRIPT: "true" }),
      ...(typeof tsconfig === "string" ? { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig } : {}),
    },
  });
  programs.add(program);
  return new Promise((resolve) => {
    program.on("error", (error) => {
      programs.delete(program);
      resolve(response.setError(`The program could not be started with ${process.execPath}: ${error.message}`));
    });
    program.on("exit", (code, signal) => {
      programs.delete(program);
      if (code === reportedExitCode) response.setBail(true);
      else if (signal !== null) response.setError(`The program in ${folder} was ended by ${signal}.`);
      else if (code !== 0) response.setError(`The program in ${folder} ended with exit code ${code}.`);
      resolve(response);
    });
  });
}

/** Returns the `require` of the `@pulumi/pulumi` that programs in this folder use, if there is one. */
function sdkOf(folder: string): NodeJS.Require | undefined {
  try {
    return createRequire(createRequire(join(folder, "index.js")).resolve("@pulumi/pulumi/package.json"));
  } catch {
    return undefined;
  }
}

function withoutSdk(folder: string): string {
  return `The program in ${folder} has no @pulumi/pulumi: run \`npm install\` there (it must be among the dependencies).`;
}

function option(name: string, value: string | number | undefined): string[] {
  return value === undefined || value === "" ? [] : [`--${name}`, String(value)];
}

/** Splits the runtime option `nodeargs` at its spaces; quotes keep words together. */
function words(text: unknown): string[] {
  if (typeof text !== "string") return [];
  return (text.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g) ?? []).map((word) => word.replace(/["']/g, ""));
}

/** Holds one connection while the engine runs: asking again and again could reach another process at the same address. */
function whenEngineEnds(address: string, then: () => void): void {
  const connection = connect(`http://${address}`);
  connection.on("error", () => {});
  connection.on("close", then);
}

function endPrograms(signal: NodeJS.Signals): void {
  for (const program of programs) program.kill(signal);
}

/** Ends this process once its programs have ended, or after the grace time. */
function endWithPrograms(): void {
  endPrograms("SIGTERM");
  setTimeout(() => process.exit(), graceMs).unref();
  const ending = [...programs].map((program) => new Promise((ended) => program.once("exit", ended)));
  void Promise.all(ending).then(() => process.exit());
}

main(process.argv.at(-1));
