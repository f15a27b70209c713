import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Socket, connect as tcpConnect } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import type { TestContext } from "vitest";
import { environmentVariable, writtenKey } from "../../provider/src/config";
import { virtualizationNamespace } from "../../provider/src/schema/names";
import type { SshTransportOptions } from "../../provider/src/transports/ssh/options";
import { findPowerShell } from "./powershell";
import { commandLine } from "./processes";

const sshd = "/usr/sbin/sshd";

/** Skips a test where there is no OpenSSH server, or no PowerShell for it to start. */
export function requireSshServer(context: TestContext): void {
  if (!existsSync(sshd)) context.skip(`no-sshd: there is no ${sshd}`);
  if (findPowerShell() === undefined)
    context.skip("no-powershell: none is named by NODE_POWERSHELL, on the PATH or lent");
}

let canMount: boolean | undefined;

/** Tells whether a server can be given an account of its own. */
export function mayMakeAccounts(): boolean {
  canMount ??= spawnSync("unshare", ["-m", "mount", "--bind", "/etc/passwd", "/etc/passwd"]).status === 0;
  return canMount;
}

/** How a server is set up. */
interface SshServerOptions {
  /** What the remote shells need, beside the PowerShell: `CimHostServer.environment`. */
  readonly environment: Readonly<Record<string, string>>;
  /** The password of an account `hvtest`, which then exists for this server only. Needs the rights of root. */
  readonly password?: string;
  /** What it says before a log-on. */
  readonly banner?: string;
  /** The end of a script that runs what is in `$SSH_ORIGINAL_COMMAND`; a shell of Unix when absent. */
  readonly defaultShell?: string;
}

/**
 * An OpenSSH server on the loopback interface, with keys and a configuration of its own, in front of the PowerShell of the tests.
 * It plays a Windows host as far as a shell's command line goes.
 */
export class SshServer {
  readonly folder = mkdtempSync(join(tmpdir(), "hyperv-snapshots-sshd-"));
  readonly port: number;
  private readonly child: ChildProcess;
  private readonly hasEnded: Promise<void>;
  /** What it logged. */
  log = "";

  private constructor(port: number, options: SshServerOptions) {
    this.port = port;
    this.makeKeys();
    this.writeShells(options);
    this.writeConfiguration(options);
    const { password } = options;
    const parameters = ["-D", "-e", "-f", this.path("sshd_config")];
    const [program, all] =
      password === undefined
        ? [sshd, parameters]
        : ["unshare", ["-m", "sh", this.writeAccount(password), ...parameters]];
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
    this.child = spawn(program, all, { stdio: ["ignore", "ignore", "pipe"] });
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      this.log += text;
    });
    this.hasEnded = new Promise((resolve) => this.child.once("exit", () => resolve()));
  }

  static async start(options: SshServerOptions): Promise<SshServer> {
    // a connection of another program may take the port before the server does
    for (let tries = 1; ; tries += 1) {
      const server = new SshServer(await freePort(), options);
      if (await server.isListening()) return server;
      await server.stop();
      if (tries === 5) throw new Error(`sshd doesn't listen: ${server.log}`);
    }
  }

  /** A file of this server. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a configuration for the client. @returns Its path. */
  config(name: string, text: string): string {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  /** What a session needs to get here. */
  get options(): SshTransportOptions {
    return {
      host: "127.0.0.1",
      port: this.port,
      userName: userInfo().username,
      identityFile: this.path("client"),
      sshConfig: this.path("ssh_config"),
      remoteShell: "pwsh",
      namespace: virtualizationNamespace,
    };
  }

  /** The same as a stack's configuration. */
  get configuration(): Record<string, string> {
    return Object.fromEntries(this.values().map(([name, value]) => [writtenKey(name), value]));
  }

  /** The same as environment variables. */
  get variables(): Record<string, string> {
    return Object.fromEntries(this.values().map(([name, value]) => [environmentVariable(name), value]));
  }

  private values(): readonly (readonly [name: string, value: string])[] {
    const { host, port, userName = "", identityFile = "", sshConfig = "", remoteShell } = this.options;
    return Object.entries({
      transport: "ssh",
      host,
      port: String(port),
      username: userName,
      identityFile,
      sshConfig,
      remoteShell,
    });
  }

  /** How many log-ons it accepted. */
  get accepted(): number {
    return (this.log.match(/^Accepted (password|publickey) for /gm) ?? []).length;
  }

  /** How many passwords it refused. */
  get refusedPasswords(): number {
    return (this.log.match(/^Failed password/gm) ?? []).length;
  }

  /** How many connections came. */
  get connections(): number {
    return (this.log.match(/^Connection from /gm) ?? []).length;
  }

  /** The processes that serve sessions: one for each, and on some systems its parent. Not the shells. */
  sessions(): readonly number[] {
    return this.processes().filter((pid) => commandLine(pid).startsWith("sshd"));
  }

  /** All processes that the server started. */
  processes(): readonly number[] {
    return processTree(this.child.pid ?? 0);
  }

  async stop(): Promise<void> {
    const processes = this.processes();
    this.child.kill();
    for (const pid of processes) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it ended by itself
      }
    }
    await this.hasEnded;
    rmSync(this.folder, { recursive: true, force: true });
  }

  private makeKeys(): void {
    const make = (name: string, passphrase = "") =>
      execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", passphrase, "-C", name, "-f", this.path(name)]);
    make("host");
    make("client");
    make("stranger");
    make("locked", "a passphrase");
    copyFileSync(this.path("client"), this.path("readable"));
    chmodSync(this.path("readable"), 0o644);
    copyFileSync(this.path("client.pub"), this.path("authorized_keys"));
    const name = `[127.0.0.1]:${this.port}`;
    const key = (file: string) =>
      readFileSync(this.path(`${file}.pub`), "utf8")
        .split(" ")
        .slice(0, 2)
        .join(" ");
    writeFileSync(this.path("known_hosts"), `${name} ${key("host")}\n`);
    writeFileSync(this.path("wrong_hosts"), `${name} ${key("stranger")}\n`);
    for (const hosts of ["known_hosts", "wrong_hosts"]) {
      writeFileSync(this.path(hosts.replace("hosts", "config")), `Host *\n  UserKnownHostsFile ${this.path(hosts)}\n`);
    }
    copyFileSync(this.path("known_config"), this.path("ssh_config"));
    writeFileSync(this.path("empty_config"), `Host *\n  UserKnownHostsFile /dev/null\n`);
  }

  /** Windows' sshd hands the command to cmd.exe, which takes 8,191 characters. */
  private writeShells({
    environment,
    defaultShell = '/bin/sh -c "exec $SSH_ORIGINAL_COMMAND"',
  }: SshServerOptions): void {
    const exports = Object.entries({ ...environment, TERM: "dumb", DOTNET_TieredPGO: "0" }).map(
      ([name, value]) => `export ${name}='${value}'`,
    );
    const lines = [
      ...exports,
      `export PATH='${this.folder}/bin':"$PATH"`,
      'if [ "$(printf %s "$SSH_ORIGINAL_COMMAND" | wc -c)" -gt 8191 ]; then echo "Command line too long." >&2; exit 1; fi',
      `exec ${defaultShell}`,
    ];
    mkdirSync(this.path("bin"));
    this.writeProgram("command", lines);
    const engine = findPowerShell();
    this.writeProgram("bin/pwsh", [`exec '${engine}' "$@"`]);
    this.writeProgram("bin/powershell", [`TEST_POWERSHELL_EDITION=Desktop exec '${engine}' "$@"`]);
  }

  private writeConfiguration({ password, banner }: SshServerOptions): void {
    const lines = [
      "ListenAddress 127.0.0.1",
      "ListenAddress ::1",
      `Port ${this.port}`,
      `HostKey ${this.path("host")}`,
      "PidFile none",
      `AuthorizedKeysFile ${this.path("authorized_keys")}`,
      "StrictModes no",
      "UsePAM no",
      "PermitRootLogin yes",
      `PasswordAuthentication ${password === undefined ? "no" : "yes"}`,
      "KbdInteractiveAuthentication no",
      "LogLevel VERBOSE",
      `ForceCommand ${this.path("command")}`,
      ...(banner === undefined ? [] : [`Banner ${this.path("banner")}`]),
    ];
    if (banner !== undefined) writeFileSync(this.path("banner"), banner);
    writeFileSync(this.path("sshd_config"), `${lines.join("\n")}\n`);
  }

  /** Makes a program that starts the server where one more account exists, and nowhere else. */
  private writeAccount(password: string): string {
    const hash = execFileSync("openssl", ["passwd", "-6", "-stdin"], { input: password, encoding: "utf8" }).trim();
    const { uid, gid } = userInfo();
    const files = {
      passwd: `hvtest:x:${uid}:${gid}::${this.folder}:/bin/sh`,
      shadow: `hvtest:${hash}:19000:0:99999:7:::`,
    };
    for (const [name, line] of Object.entries(files)) {
      writeFileSync(this.path(name), `${readFileSync(`/etc/${name}`, "utf8")}${line}\n`, { mode: 0o600 });
    }
    chmodSync(this.path("passwd"), 0o644);
    return this.writeProgram("with-account", [
      ...Object.keys(files).map((name) => `mount --bind '${this.path(name)}' /etc/${name} || exit 1`),
      `exec ${sshd} "$@"`,
    ]);
  }

  private writeProgram(name: string, lines: readonly string[]): string {
    writeFileSync(this.path(name), ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
    return this.path(name);
  }

  /** Waits until it listens on the loopback address, or can't. */
  private async isListening(): Promise<boolean> {
    while (!this.log.includes("Server listening on 127.0.0.1")) {
      if (this.child.exitCode !== null || /^Bind to port \d+ on 127\.0\.0\.1 failed/m.test(this.log)) return false;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return true;
  }
}

/** Stands between two ends, and can fall silent: nothing passes any more, and neither end gets to know. */
export class SilentProxy {
  private readonly silent = new Set<Socket>();
  private readonly sockets = new Set<Socket>();
  private readonly server;

  private constructor(port: number) {
    this.server = createServer((near) => {
      const far = tcpConnect(port, "127.0.0.1");
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.sockets.add(from);
        from.on("error", () => {});
        from.on("data", (data) => this.silent.has(from) || to.write(data));
        from.on("close", () => this.silent.has(from) || to.destroy());
      }
    });
  }

  static async start(port: number): Promise<SilentProxy> {
    const proxy = new SilentProxy(port);
    await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  /** Lets nothing pass through the connections that there are. */
  fallSilent(): void {
    for (const socket of this.sockets) this.silent.add(socket);
  }

  /** Ends the connections that fell silent, as their ends do in the end. */
  endSilent(): void {
    for (const socket of this.silent) socket.destroy();
    this.silent.clear();
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** Finds the processes that a process started, and those that they started. Only on Linux. */
export function processTree(pid: number): readonly number[] {
  try {
    const files = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}/children`);
    const children = files.flatMap((file) => readFileSync(file, "utf8").trim().split(" "));
    return children.filter(Boolean).flatMap((child) => [Number(child), ...processTree(Number(child))]);
  } catch {
    return []; // it has ended meanwhile
  }
}

/** The `ssh` processes that this process started. */
export function sshClients(): readonly number[] {
  return processTree(process.pid).filter((pid) => /^(\S*\/)?ssh\0/.test(commandLine(pid)));
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
