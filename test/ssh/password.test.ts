import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { afterEach, beforeEach, expect, it, type TestContext, vi } from "vitest";
import { SimulatedHost } from "../../provider/src/simulator/index";
import type { SshTransportOptions } from "../../provider/src/transports/ssh/options";
import { openSshSession } from "../../provider/src/transports/ssh/ssh-session";
import { CimHostServer } from "../support/cim-host-server";
import { untilEnded } from "../support/processes";
import { webTierSeed } from "../support/simulated-hosts";
import { mayMakeAccounts, requireSshServer, SshServer, sshClients } from "../support/ssh-server";

vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

const password = `Zoë's "pass" $(word) \`n 東京`;
const groups = "SELECT * FROM Msvm_VirtualSystemCollection";

let hyperV: CimHostServer;
let sshd: SshServer;
beforeEach(async (context: TestContext) => {
  requireSshServer(context);
  if (!mayMakeAccounts()) context.skip("no-password-logon: an account for the server needs root and mount");
  hyperV = await CimHostServer.start(SimulatedHost.inMemory({ seed: webTierSeed }));
  sshd = await SshServer.start({ environment: hyperV.environment, password });
});
afterEach(async () => {
  await untilEnded(sshClients());
  await untilEnded(hyperV?.shells ?? []);
  await sshd?.stop();
  await hyperV?.stop();
});

const options = (changes: Partial<SshTransportOptions> = {}): SshTransportOptions => ({
  ...sshd.options,
  userName: "hvtest",
  identityFile: undefined,
  password,
  ...changes,
});
const leftFiles = () => readdirSync(tmpdir()).filter((name) => /^hyperv-snapshots-[A-Za-z0-9]{6}$/.test(name));

it("logs on, and appears in no argument, environment variable or file", async () => {
  const before = leftFiles();
  const session = await openSshSession(options());
  expect(await session.query(groups)).toHaveLength(1);
  expect(await session.query(groups, { isPoll: true })).toHaveLength(1);
  expect(sshd.accepted).toBe(2);
  for (const pid of [...sshClients(), ...hyperV.shells]) {
    for (const file of ["cmdline", "environ"])
      expect(readFileSync(`/proc/${pid}/${file}`, "utf8")).not.toContain("東京");
  }
  expect(leftFiles()).toEqual(before);
  await session.close();
});

it("is tried only once after a refusal, by any number of sessions and requests", async () => {
  const wrong = options({ password: "wrong" });
  const tried = await Promise.allSettled([1, 2, 3].map(() => openSshSession(wrong)));
  for (const result of tried) {
    expect(result).toMatchObject({ status: "rejected", reason: { code: "AUTHENTICATION_FAILED" } });
  }
  await expect(openSshSession(wrong)).rejects.toMatchObject({ code: "AUTHENTICATION_FAILED" });
  expect(sshd.refusedPasswords).toBe(1);
  expect(String((tried[0] as PromiseRejectedResult).reason)).toContain("PasswordAuthentication");
});

it("isn't sent to a host with an unknown key", async () => {
  const unknown = openSshSession(options({ sshConfig: sshd.path("empty_config") }));
  await expect(unknown).rejects.toMatchObject({ code: "HOST_KEY_UNKNOWN" });
  const changed = openSshSession(options({ sshConfig: sshd.path("wrong_config") }));
  await expect(changed).rejects.toMatchObject({ code: "HOST_KEY_CHANGED" });
  expect([sshd.accepted, sshd.refusedPasswords]).toEqual([0, 0]);
});

it("isn't sent to a host whose key isn't checked because it is this computer", async () => {
  const lax = `Host *\n  UserKnownHostsFile /dev/null\n  NoHostAuthenticationForLocalhost yes\n`;
  const opening = openSshSession(options({ sshConfig: sshd.config("lax_config", lax) }));
  await expect(opening).rejects.toMatchObject({ code: "HOST_KEY_UNKNOWN" });
  expect([sshd.accepted, sshd.refusedPasswords]).toEqual([0, 0]);
});

it("isn't sent to a jump host that asks for a password", async () => {
  const jump = `Host target\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  ProxyJump jump@127.0.0.1:${sshd.port}\n`;
  const through = sshd.config(
    "jump_config",
    `${jump}Host *\n  UserKnownHostsFile ${sshd.path("known_hosts")}\n  PubkeyAuthentication no\n`,
  );
  const opening = openSshSession(options({ host: "target", port: undefined, sshConfig: through }));
  await expect(opening).rejects.toMatchObject({ effect: "none" });
  expect(sshd.log).not.toContain("Accepted");
  // ssh answers the question itself, with nothing
  expect(sshd.log).toContain("Invalid user jump");
});

it("logs on by an alias of the user's configuration", async () => {
  const alias = `Host hv-alias\n  HostName 127.0.0.1\n  Port ${sshd.port}\n  UserKnownHostsFile ${sshd.path("known_hosts")}\n`;
  const session = await openSshSession(
    options({ host: "hv-alias", port: undefined, sshConfig: sshd.config("alias_config", alias) }),
  );
  expect(await session.query(groups)).toHaveLength(1);
  await session.close();
});
