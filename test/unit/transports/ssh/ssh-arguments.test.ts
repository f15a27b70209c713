import { expect, it } from "vitest";
import { type SshVersion, sessionArguments } from "../../../../provider/src/transports/ssh/ssh-arguments";

const options = { host: "hv01", namespace: "root\\virtualization\\v2", remoteShell: "powershell" } as const;
const current: SshVersion = [9, 2];

it("starts PowerShell by a command that cmd.exe and PowerShell don't change", () => {
  const [host, command] = sessionArguments(options, current).slice(-2);
  expect(host).toBe("hv01");
  expect(command).toBe("powershell -NoLogo -NoProfile -NonInteractive -ExecutionPolicy Bypass -NoExit -Command -");
  expect(command).not.toMatch(/["$%&|;]/);
});

it("puts every option before the host, so that a host name is never read as an option", () => {
  const all = sessionArguments(
    { ...options, port: 2222, userName: "me", identityFile: "key", sshConfig: "file" },
    current,
  );
  const end = all.indexOf("--");
  expect(all.slice(end)).toHaveLength(3);
  expect(all.slice(0, end).join(" ")).toMatch(/^-T -F file .*IdentitiesOnly=yes .*-p 2222 -l me -i key$/);
});

it("never prompts without a password, and prompts once, only for a known host, with one", () => {
  const without = sessionArguments(options, current);
  expect(without).toContain("BatchMode=yes");
  // how host keys are checked is the user's choice
  expect(without.join(" ")).not.toContain("StrictHostKeyChecking");
  const withPassword = sessionArguments({ ...options, userName: "me", password: "secret-text" }, current);
  expect(withPassword).toEqual(
    expect.arrayContaining([
      "StrictHostKeyChecking=yes",
      "NoHostAuthenticationForLocalhost=no",
      "VerifyHostKeyDNS=no",
      "NumberOfPasswordPrompts=1",
      "PasswordAuthentication=yes",
      "PreferredAuthentications=password",
    ]),
  );
  expect(withPassword.join(" ")).not.toContain("secret-text");
});

it("gives the host neither the user's agent nor the display, and follows no tunnel of the user's configuration", () => {
  const given = sessionArguments(options, current);
  expect(given).toEqual(expect.arrayContaining(["ForwardAgent=no", "ForwardX11=no", "Tunnel=no"]));
});

it.each([
  [[9, 2], true],
  [[8, 7], true],
  [[8, 6], false],
  [[7, 7], false],
] as const)("gives OpenSSH %j the options of 8.7: %s", (version, has) => {
  expect(sessionArguments(options, version).includes("SessionType=default")).toBe(has);
});
