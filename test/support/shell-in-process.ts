import { PassThrough } from "node:stream";

/**
 * Stands in for the shell of `node-powershell` (with `vi.mock`): keeps every byte that it is given, and answers as a worker does
 * that finds nothing.
 */
export class ShellInProcess {
  /** Those that were started, in order. */
  static readonly started: ShellInProcess[] = [];
  /** What one answers to the opening of a session. */
  static openAnswer: unknown = { answer: { computerName: "FAKE" } };

  /** What it was started with: what becomes its command line and its environment. */
  readonly options: { readonly executableOptions: object; readonly spawnOptions: { readonly env: object } };
  /** The lines that it was sent, as they are. */
  readonly lines: string[] = [];
  readonly history: unknown[] = [];
  readonly streams = {
    stdin: new PassThrough(),
    stdout: new PassThrough().setEncoding("utf8"),
    stderr: new PassThrough().setEncoding("utf8"),
  };
  private token = "";
  private rest = "";

  constructor(options: ShellInProcess["options"]) {
    this.options = options;
    ShellInProcess.started.push(this);
    this.streams.stdin.on("data", (data) => {
      const lines = (this.rest + data).split("\n");
      this.rest = lines.pop() ?? "";
      for (const line of lines) this.take(line);
    });
    this.streams.stdin.on("end", () => this.streams.stdout.destroy());
  }

  async invoke(command: string): Promise<void> {
    this.lines.push(command);
  }

  async dispose(): Promise<void> {
    this.streams.stdout.destroy();
  }

  /** What was asked last. */
  get lastRequest(): Readonly<Record<string, unknown>> {
    return requestOf(this.lines.at(-1) ?? "");
  }

  private take(line: string): void {
    this.lines.push(line);
    const started = /Start-Worker '(\w+)'/.exec(line)?.[1];
    this.token = started ?? this.token;
    if (started !== undefined) this.answer("0", { answer: { ready: true } });
    const [, number] = requestLine.exec(line) ?? [];
    if (number === undefined) return;
    const { verb } = requestOf(line);
    const answers = { open: ShellInProcess.openAnswer, invokeMethod: { answer: { ReturnValue: 0 } } };
    this.answer(number, answers[verb as keyof typeof answers] ?? { answer: [] });
  }

  private answer(number: string, answer: unknown): void {
    this.streams.stdout.write(`#${this.token}:${number}:${Buffer.from(JSON.stringify(answer)).toString("base64")}\n`);
  }
}

/** A request as it has to be: a number, and base64 from end to end. */
export const requestLine = /^(\d+) ([A-Za-z0-9+/]+={0,2})$/;

function requestOf(line: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(requestLine.exec(line)?.[2] ?? "", "base64").toString()) as Record<string, unknown>;
}
