import { existsSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { HyperVError } from "../../provider/src/errors";
import { SimulatedHost } from "../../provider/src/simulator/index";
import type { SshTransportOptions } from "../../provider/src/transports/ssh/options";
import { openSshSession } from "../../provider/src/transports/ssh/ssh-session";
import { CimHostServer } from "../support/cim-host-server";
import { requireIpv6 } from "../support/ipv6";
import { untilEnded } from "../support/processes";
import { webTierSeed } from "../support/simulated-hosts";
import { requireSshServer, SshServer, sshClients } from "../support/ssh-server";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let hyperV: CimHostServer;
let sshd: SshServer;
beforeEach(async (context) => {
  requireSshServer(context);
  hyperV = await CimHostServer.start(SimulatedHost.inMemory({ seed: webTierSeed }));
  sshd = await SshServer.start({ environment: hyperV.environment });
});
afterEach(async () => {
  await untilEnded(sshClients());
  await untilEnded(hyperV?.shells ?? []);
  await sshd?.stop();
  await hyperV?.stop();
});

/** Lets a session fail to open. */
async function failure(changes: Partial<SshTransportOptions>, at = sshd): Promise<HyperVError> {
  const session = await openSshSession({ ...at.options, ...changes }).catch((error: HyperVError) => error);
  if ("close" in session) {
    await session.close();
    return expect.unreachable("the session should have failed to open");
  }
  expect(session.effect).toBe("none");
  expect(session.message).toContain("Nothing was asked of the host");
  return session;
}

it("refuses an unknown host key and names the command that shows it", async () => {
  const error = await failure({ sshConfig: sshd.path("empty_config") });
  expect(error).toMatchObject({ name: "HostKeyError", code: "HOST_KEY_UNKNOWN" });
  expect(error.message).toContain(`ssh-keyscan -p ${sshd.port} 127.0.0.1`);
  expect(sshd.accepted).toBe(0);
});

it("names the address of an alias whose host key is unknown", async () => {
  const alias = `Host hv-alias\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  UserKnownHostsFile /dev/null\n`;
  const error = await failure({
    host: "hv-alias",
    port: undefined,
    sshConfig: sshd.config("alias_config", alias),
  });
  expect(error.message).toContain(`ssh-keyscan -p ${sshd.port} 127.0.0.1`);
});

it("refuses a changed host key without another try", async () => {
  const changed = { sshConfig: sshd.path("wrong_config") };
  const error = await failure(changed);
  expect(error).toMatchObject({ name: "HostKeyError", code: "HOST_KEY_CHANGED" });
  expect(error.message).toContain(`ssh-keygen -R '[127.0.0.1]:${sshd.port}'`);
  const { connections } = sshd;
  expect((await failure(changed)).code).toBe("HOST_KEY_CHANGED");
  expect(sshd.connections).toBe(connections);
});

it.each(["stranger", "locked"])("reports a key that the host doesn't accept (%s), without another try", async (key) => {
  const options = { identityFile: sshd.path(key) };
  const error = await failure(options);
  expect(error).toMatchObject({ name: "AuthenticationError", code: "AUTHENTICATION_FAILED" });
  expect(error.message).toContain("administrators_authorized_keys");
  const { connections } = sshd;
  expect((await failure(options)).code).toBe("AUTHENTICATION_FAILED");
  expect(sshd.connections).toBe(connections);
});

it("reports a key file that others can read, with the fix", async () => {
  const error = await failure({ identityFile: sshd.path("readable") });
  expect(error).toMatchObject({ name: "AuthenticationError", code: "KEY_FILE_UNPROTECTED" });
  expect(error.message).toContain(`chmod 600 ${sshd.path("readable")}`);
});

it("a closed port and an unknown host name have their own error codes", async () => {
  expect(await failure({ port: 1 })).toMatchObject({ name: "ConnectionError", code: "CONNECTION_REFUSED" });
  const nowhere = await failure({ host: "no-such-host.invalid" });
  expect(nowhere).toMatchObject({ name: "ConnectionError", code: "HOST_NOT_FOUND" });
  expect(nowhere.message).toContain("hyperv-snapshots:host");
});

it("stops waiting for a host that doesn't respond", async () => {
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
  const { port } = silent.address() as { port: number };
  const error = await failure({ port, connectTimeoutSeconds: 1 });
  expect(error).toMatchObject({ name: "TransportTimeoutError", code: "TRANSPORT_TIMEOUT" });
  silent.close();
});

it("reports that the host doesn't have the configured PowerShell", async () => {
  rmSync(sshd.path("bin/pwsh"));
  const error = await failure({});
  expect(error).toMatchObject({ name: "MissingDependencyError", code: "REMOTE_SHELL_FAILED" });
  expect(error.message).toContain("remoteShell powershell");
});

it("shows what a shell printed that exits at its start", async () => {
  writeFileSync(sshd.path("bin/pwsh"), "#!/bin/sh\necho Out of sorts. >&2\nexit 3\n");
  const error = await failure({});
  expect(error.code).toBe("REMOTE_SHELL_FAILED");
  expect(error.message).toMatch(/exit code 3; it printed: Out of sorts\./);
});

it("reports a configuration that ssh refuses as a configuration error", async () => {
  writeFileSync(sshd.path("bad_config"), "Nonsense yes\n");
  const error = await failure({ sshConfig: sshd.path("bad_config") });
  expect(error).toMatchObject({ name: "InvalidArgumentError", code: "INVALID_ARGUMENT" });
});

it("never takes a host name that looks like an option for an option", async () => {
  const file = sshd.path("broken-out");
  await failure({ host: `-oProxyCommand=touch ${file}` });
  expect(existsSync(file)).toBe(false);
});

it("doesn't take a banner for a failure, and the user's own options can't break the session", async () => {
  await sshd.stop();
  sshd = await SshServer.start({ environment: hyperV.environment, banner: "Host key verification failed.\n" });
  const forward = `LocalForward 127.0.0.1:${sshd.port} 127.0.0.1:1`;
  const hostile = [
    "RequestTTY force",
    "RemoteCommand echo hello",
    "ControlMaster auto",
    `ControlPath ${sshd.path("master-%C")}`,
    "StdinNull yes",
    "ForkAfterAuthentication yes",
    "SessionType none",
    "ExitOnForwardFailure yes",
    forward,
    "LogLevel QUIET",
    "BatchMode no",
    "PermitLocalCommand yes",
    "LocalCommand echo noise",
    "Tunnel yes",
    "ForwardAgent yes",
    "ForwardX11 yes",
    "EscapeChar ~",
    "VisualHostKey yes",
    "AddKeysToAgent yes",
    "Compression yes",
    "SendEnv *",
    `UserKnownHostsFile ${sshd.path("known_hosts")}`,
  ];
  // as a configuration that depends on where the computer is
  writeFileSync(
    sshd.path("hostile_config"),
    `Match exec "test -n '%h'"\n${hostile.map((line) => `  ${line}\n`).join("")}`,
  );
  const session = await openSshSession({ ...sshd.options, sshConfig: sshd.path("hostile_config") });
  const groups = "SELECT * FROM Msvm_VirtualSystemCollection";
  expect(await session.query(groups)).toHaveLength(1);
  expect(await session.query(groups, { isPoll: true })).toHaveLength(1);
  await session.close();
  expect(readdirSync(sshd.folder).filter((name) => name.startsWith("master-"))).toEqual([]);
});

it("reaches a host through a jump host of the user's configuration", async () => {
  const { port, userName } = sshd.options;
  const jump = [
    `Host target\n  ProxyJump jump\n  HostName 127.0.0.1\n  Port ${port}\n`,
    `Host jump\n  HostName localhost\n  Port ${port}\n  User ${userName}\n  HostKeyAlias [127.0.0.1]:${port}\n`,
    `Host *\n  UserKnownHostsFile ${sshd.path("known_hosts")}\n  IdentityFile ${sshd.path("client")}\n`,
  ];
  const sshConfig = sshd.config("jump_config", jump.join(""));
  const session = await openSshSession({ ...sshd.options, host: "target", port: undefined, sshConfig });
  expect(session.hostName).toBe("HV-TEST");
  await session.close();
  expect(sshd.accepted).toBe(2);
});

it("disregards what a profile of the host's default shell prints", async () => {
  await sshd.stop();
  const profile = "echo Welcome to HV01; printf 'half a line'; echo A warning. >&2";
  const defaultShell = `/bin/sh -c "${profile}; exec $SSH_ORIGINAL_COMMAND"`;
  sshd = await SshServer.start({ environment: hyperV.environment, defaultShell });
  const session = await openSshSession(sshd.options);
  expect(await session.query("SELECT * FROM Msvm_VirtualSystemCollection")).toHaveLength(1);
  await session.close();
});

it.each(["LAB\\me", "me@lab.example.com"])("passes on the user name %s as it is", async (userName) => {
  const error = await failure({ userName });
  expect(error.code).toBe("AUTHENTICATION_FAILED");
  expect(sshd.log).toContain(`Invalid user ${userName.replaceAll("\\", "\\\\")} from`);
});

it("reaches a host by an IPv6 address", async (context) => {
  requireIpv6(context);
  const alias = `Host *\n  UserKnownHostsFile ${sshd.path("known_hosts")}\n  HostKeyAlias [127.0.0.1]:${sshd.port}\n`;
  const sshConfig = sshd.config("ipv6_config", alias);
  const session = await openSshSession({ ...sshd.options, host: "::1", sshConfig });
  expect(session.hostName).toBe("HV-TEST");
  await session.close();
  const unknown = await failure({ host: "::1", sshConfig: sshd.path("empty_config") });
  expect(unknown.message).toContain(`ssh-keyscan -p ${sshd.port} ::1`);
});
