import { describe, expect, it } from "vitest";
import { sshFailure } from "../../../../provider/src/transports/ssh/ssh-failure";
import { shellError } from "../../../../provider/src/transports/worker-shell/shell-failure";

const options = { host: "hv01", namespace: "root\\virtualization\\v2", remoteShell: "pwsh" } as const;
const context = { attempted: "Opening a session", target: "hv01", changes: false };
const resolvedHost: Readonly<Record<string, string>> = { hostname: "hv01", port: "22" };
const explain = (
  code: number | null,
  stderr: string,
  { wasReady = false, printed = "", host = options.host as string, resolved = resolvedHost } = {},
) =>
  shellError(
    sshFailure({ code, stderr }, { printed, wasReady }, { options: { ...options, host }, resolved }),
    context,
    wasReady,
  );

describe("a failure of ssh before the log-on", () => {
  // test/ssh has those that a real server shows
  it.each([
    [
      "AUTHENTICATION_FAILED",
      "Received disconnect from 10.0.0.1 port 22:2: Too many authentication failures",
      "identityFile",
    ],
    [
      "MISSING_DEPENDENCY",
      "ssh_askpass: exec(/tmp/x/askpass): Permission denied\nme@hv01: Permission denied (password).",
      "TMPDIR",
    ],
    ["CONNECTION_FAILED", "ssh: connect to host hv01 port 22: No route to host", "network"],
    [
      "CONNECTION_FAILED",
      "Unable to negotiate with 10.0.0.1 port 22: no matching key exchange method found.",
      "algorithm",
    ],
    ["CONNECTION_FAILED", "kex_exchange_identification: Connection closed by remote host", "OpenSSH Users"],
    ["INVALID_ARGUMENT", "Bad owner or permissions on /home/me/.ssh/config", "ssh -G hv01"],
    ["TRANSPORT_TIMEOUT", "ssh: connect to host hv01 port 22: Connection timed out", "firewall"],
  ])("%s: %s", (code, stderr, said) => {
    const error = explain(255, stderr);
    expect(error.code).toBe(code);
    expect(error.message).toContain(said);
    expect(error.effect).toBe("none");
  });

  it("is recognized only with ssh's own exit code, since the host can print the same text", () => {
    expect(explain(1, "Host key verification failed.", { printed: "it printed: x" })).toMatchObject({
      code: "REMOTE_SHELL_FAILED",
      message: expect.stringContaining("exit code 1; it printed: x"),
    });
  });

  it("recognizes a missing PowerShell by the exit codes of Unix and cmd.exe", () => {
    for (const code of [127, 9009]) expect(explain(code, "?").code).toBe("REMOTE_SHELL_FAILED");
  });
});

describe("the fix for a host key", () => {
  const changed = "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @";
  const fixFor = (resolved: Readonly<Record<string, string>>) =>
    explain(255, changed, { host: "alias", resolved }).message;

  it("has the address that ssh makes of an alias, which ssh-keyscan and ssh-keygen don't know", () => {
    const fix = fixFor({ hostname: "10.0.0.1", port: "2222" });
    expect(fix).toContain("ssh-keygen -R '[10.0.0.1]:2222')");
    expect(fix).toContain("ssh-keyscan -p 2222 10.0.0.1 shows");
    expect(fixFor({ hostname: "hv01.example.com", port: "22" })).toContain("ssh-keygen -R hv01.example.com)");
  });

  it("has the name under which a HostKeyAlias stores the key", () => {
    const fix = fixFor({ hostname: "10.0.0.1", port: "2222", hostkeyalias: "hv cluster" });
    expect(fix).toContain("ssh-keygen -R 'hv cluster')");
    expect(fix).toContain("known_hosts under the name hv cluster: ssh-keyscan -p 2222 10.0.0.1");
  });

  it("says where to run it if the host is reached through another one", () => {
    const address = { hostname: "10.0.0.1", port: "22" };
    expect(fixFor({ ...address, proxyjump: "bastion" })).toContain("(run it on the jump host bastion)");
    expect(fixFor({ ...address, proxycommand: "nc %h %p" })).toContain("without a ProxyCommand");
    expect(fixFor({ ...address, proxyjump: "none", proxycommand: "none" })).not.toContain("run it");
  });
});

it("quotes the names that a command to copy has", () => {
  const stderr = "/home/me/.ssh/config: terminating, 1 bad configuration options";
  expect(explain(255, stderr, { host: "a b; c" }).message).toContain("ssh -G 'a b; c' tries it");
});

it("every exit after the log-on is a lost connection, whatever the host printed", () => {
  const error = explain(255, "Permission denied (publickey).", { wasReady: true });
  expect(error.code).toBe("CONNECTION_FAILED");
});
