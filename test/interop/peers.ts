import { type ChildProcessWithoutNullStreams, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import envPaths from "env-paths";
import type { TestContext } from "vitest";
import { executableOnPath } from "../../tools/pulumi-cli/executable-on-path";
import { temporaryFolder } from "../support/temporary-folder";
import { testAccount, testCertificate } from "../support/wsman-hosts";

const programs = join(import.meta.dirname, "programs");

/** The program of a name in `programs/`. */
export const programFile = (name: string): string => join(programs, name);

/** The Python that has pypsrp and pywinrm: `tools/interop/install.mjs` makes it in the user's cache. Skips the test where there is none. */
export function pythonWithClients(context: TestContext): string {
  const cached = join(envPaths("pulumi-hyperv-snapshots", { suffix: "" }).cache, "interop", "venv", "bin", "python");
  if (!existsSync(cached)) context.skip("no-python-clients: pypsrp and pywinrm are not installed");
  return cached;
}

/** The system's Python, with the module gssapi and gss-ntlmssp behind it. Skips the test where there is none. */
export function pythonWithGss(context: TestContext): string {
  // the one that Debian's packages belong to, whatever else is called python3 here
  const python = "/usr/bin/python3";
  const tries =
    "import gssapi; gssapi.raw.acquire_cred(None, mechs=[gssapi.OID.from_int_seq('1.3.6.1.4.1.311.2.2.10')], usage='accept')";
  const { status } = existsSync(python)
    ? spawnSync(python, ["-c", tries], { env: { ...process.env, NTLM_USER_FILE: userFile() } })
    : { status: null };
  if (status !== 0) context.skip("no-gss-ntlmssp: Python's gssapi with gss-ntlmssp is not installed");
  return python;
}

/** A program on the PATH. Skips the test where there is none. */
export function programOnPath(context: TestContext, name: string, id: string): string {
  const found = executableOnPath(name, process.env);
  if (found === undefined) context.skip(`${id}: ${name} is not installed`);
  return found;
}

/** The version of a Debian package, for the notes of a run. */
export function packageVersion(name: string): string {
  const { stdout } = spawnSync("dpkg-query", ["-W", "--showformat", "$" + "{Version}", name], { encoding: "utf8" });
  return stdout?.trim() || "of unknown version";
}

/** Prints which peer a test met. */
export async function met(context: TestContext, peer: string, version: string): Promise<void> {
  await context.annotate(`met ${peer} ${version}`, "peer");
  console.log(`met ${peer} ${version}`);
}

/** The file in which gss-ntlmssp finds the account of tests. */
export function userFile(): string {
  const file = join(temporaryFolder(), "ntlm.users");
  writeFileSync(file, `LAB:${testAccount.userName}:${gssPassword}\n`);
  return file;
}

/** gss-ntlmssp takes a colon for the end of a field. */
export const gssPassword = "Secr3t!pä漢";

/** The certificate of the tests' server as a file that foreign clients trust. */
export function authorityFile(): string {
  const file = join(temporaryFolder(), "ca.pem");
  writeFileSync(file, testCertificate().certificate);
  return file;
}

/** Runs a program to its end, beside this process: a server of the test's own has to go on meanwhile. */
export function output(
  command: string,
  parameters: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, parameters, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    let [stdout, stderr] = ["", ""];
    child.stdout.on("data", (text) => {
      stdout += text;
    });
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child
      .on("error", reject)
      .on("close", (code) => (code === 0 ? resolve(stdout) : reject(new Error(`${stdout}${stderr}`))));
  });
}

/** A program that answers a line with a line. */
export class LineProgram {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lines: AsyncIterator<string>;

  constructor(command: string, parameters: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    this.child = spawn(command, parameters, { env, stdio: ["pipe", "pipe", "pipe"] });
    this.lines = createInterface({ input: this.child.stdout })[Symbol.asyncIterator]();
  }

  async ask(line: string): Promise<string> {
    this.child.stdin.write(`${line}\n`);
    return this.line();
  }

  async line(): Promise<string> {
    return String((await this.lines.next()).value);
  }

  async end(): Promise<void> {
    const ended = new Promise((resolve) => this.child.once("close", resolve));
    this.child.kill();
    await ended;
  }
}

/** What a program prints as its version. */
export function printedVersion(command: string, ...parameters: readonly string[]): string {
  return execFileSync(command, parameters, { encoding: "utf8" }).split("\n")[0] ?? "";
}
