import { writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { executableOnPath } from "../../tools/pulumi-cli/executable-on-path";
import { CimHostServer, type Interception, type StandInRequest } from "../support/cim-host-server";
import { isAlive } from "../support/processes";
import { SilentProxy, SshServer, sshClients } from "../support/ssh-server";
import { temporaryFolder } from "../support/temporary-folder";
import type { Action, ConnectionAction, KillPoint } from "./kill-points";
import { ProviderStage, type Way } from "./provider-stage";
import { hostSeed } from "./ways";

/** Through an OpenSSH server on the loopback interface. */
export interface SshWay extends Way {
  readonly hyperV: CimHostServer;
  readonly cut: Readonly<Record<ConnectionAction, () => void>>;
  /** Lets the ends of a silent connection notice that. */
  endSilence(): void;
  /** The processes of sessions: the server's, and the shells. */
  processes(): readonly number[];
  stop(): Promise<void>;
}

/** Sets up the server and the network before it. */
export async function sshWay(): Promise<SshWay> {
  const host = SimulatedHost.inMemory({ seed: hostSeed });
  const hyperV = await CimHostServer.start(host);
  const sshd = await SshServer.start({ environment: hyperV.environment });
  const proxy = await SilentProxy.start(sshd.port);
  const hosts = `Host *\n  UserKnownHostsFile ${sshd.path("known_hosts")}\n  HostKeyAlias [127.0.0.1]:${sshd.port}\n`;
  const kill = (pids: readonly number[]) => {
    for (const pid of pids) process.kill(pid, "SIGKILL");
  };
  return {
    host,
    hyperV,
    configuration: {
      ...sshd.configuration,
      "hyperv-snapshots:port": String(proxy.port),
      "hyperv-snapshots:sshConfig": sshd.config("proxy_config", hosts),
    },
    environment: { PATH: pathWithImpatientSsh() },
    cut: {
      client: () => kill(sshClients()),
      sshd: () => kill(sshd.sessions()),
      remote: () => kill(hyperV.shells.filter(isAlive)),
      silent: () => proxy.fallSilent(),
    },
    endSilence: () => proxy.endSilent(),
    processes: () => [...sshd.processes(), ...hyperV.shells],
    stop: async () => {
      await proxy.stop();
      await sshd.stop();
      await hyperV.stop();
    },
  };
}

/** Makes a PATH with an `ssh` that notices a silent network after 3 seconds. */
function pathWithImpatientSsh(): string {
  const folder = temporaryFolder();
  const script = `exec '${executableOnPath("ssh", process.env)}' "\${@/ServerAliveInterval=15/ServerAliveInterval=1}"`;
  writeFileSync(join(folder, "ssh"), `#!/bin/bash\n${script}\n`, { mode: 0o755 });
  return [folder, process.env["PATH"]].join(delimiter);
}

/** The real provider process over ssh. Its points are the host's: before a request reaches it, and after it answered, with the answer lost. */
export class SshStage extends ProviderStage {
  override readonly recordedKinds = [/^connect /, /^query /, /^(invoke|associators) /];
  private readonly ssh: SshWay;
  private readonly known: readonly KillPoint[] | undefined;

  /** @param known - The points of every operation; they are recorded when absent. */
  constructor(way: SshWay, configuration: Readonly<Record<string, string>>, known?: readonly KillPoint[]) {
    super(way, configuration);
    this.ssh = way;
    this.known = known;
  }

  override async record(operation: () => Promise<void>): Promise<readonly KillPoint[]> {
    if (this.known) return this.known;
    await this.end();
    const points: KillPoint[] = [];
    this.watch((label) => {
      points.push(`${label} before`, `${label} after`);
      return undefined;
    });
    await operation();
    this.ssh.hyperV.intercept = undefined;
    return points;
  }

  override async interrupt(point: KillPoint, action: Action, operation: () => Promise<void>): Promise<boolean> {
    await this.end();
    let hasHappened = false;
    this.watch((label, request) => {
      if (hasHappened || !point.startsWith(`${label} `)) return undefined;
      hasHappened = true;
      if (point.endsWith(" after")) this.ssh.hyperV.answerUnheard(request);
      if (action === "provider") this.signal("SIGKILL");
      else this.ssh.cut[action as ConnectionAction]();
      return "silence";
    });
    const failure = await operation().catch((error: unknown) => error);
    this.ssh.hyperV.intercept = undefined;
    if (hasHappened && action === "provider") await this.killed();
    this.ssh.endSilence();
    if (!hasHappened && failure) throw failure;
    return hasHappened;
  }

  /** Shows every request at the host, with its kind and number. */
  private watch(see: (label: string, request: StandInRequest) => Interception): void {
    const counts = new Map<string, number>();
    this.ssh.hyperV.intercept = (request) => {
      const kind = kindOfRequest(request);
      if (kind === undefined) return undefined;
      const count = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, count);
      return see(`${kind} #${count}`, request);
    };
  }
}

/** Names a request as `kill-points.cjs` does; undefined for the stand-in's own about a class. */
function kindOfRequest({ verb, ...request }: StandInRequest): string | undefined {
  const { className } = (request["path"] ?? {}) as { readonly className?: string };
  switch (verb) {
    case "class":
      return undefined;
    case "connect":
      return "connect host";
    case "query":
      return `query ${/FROM (\w+)/i.exec(String(request["wql"]))?.[1] ?? "associations"}`;
    case "associators":
      return `associators ${request["resultClass"] ?? request["association"]}`;
    case "invokeMethod":
      return `invoke ${request["methodName"]}`;
    case "get":
      return `get ${className}`;
  }
}
