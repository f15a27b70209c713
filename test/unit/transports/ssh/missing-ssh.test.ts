import { expect, it, vi } from "vitest";
import type { Finding } from "../../../../provider/src/finding";
import { examineSsh } from "../../../../provider/src/transports/ssh/examine-ssh";
import { sshEnvironment } from "../../../../provider/src/transports/ssh/ssh-client";
import { openSshSession } from "../../../../provider/src/transports/ssh/ssh-session";
import { temporaryFolder } from "../../../support/temporary-folder";

const options = { host: "hv01", namespace: "root\\virtualization\\v2", remoteShell: "pwsh" } as const;

it("says what to install if there is no ssh", async () => {
  vi.stubEnv("PATH", temporaryFolder());
  await expect(openSshSession(options)).rejects.toMatchObject({
    code: "MISSING_DEPENDENCY",
    message: expect.stringContaining("openssh-client"),
  });
  const findings: Finding[] = [];
  for await (const finding of examineSsh(options)) findings.push(finding);
  expect(findings).toEqual([expect.objectContaining({ what: "ssh", status: "failed" })]);
  vi.unstubAllEnvs();
});

it("starts ssh with the user's environment, without secrets of Pulumi and this package, and with untranslated messages", () => {
  const given = {
    PATH: "/bin",
    AWS_PROFILE: "a",
    PULUMI_ACCESS_TOKEN: "b",
    HYPERV_SNAPSHOTS_PASSWORD: "c",
    SSH_ASKPASS: "d",
  };
  expect(sshEnvironment({ ...given, LC_ALL: "de_DE.UTF-8" })).toEqual({ PATH: "/bin", AWS_PROFILE: "a", LC_ALL: "C" });
});
