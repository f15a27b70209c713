import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { sshOptions } from "../../../../provider/src/transports/ssh/configuration";
import { temporaryFolder } from "../../../support/temporary-folder";

type SshConfiguration = Parameters<typeof sshOptions>[0];
type Changes = { readonly [Key in keyof SshConfiguration]?: SshConfiguration[Key] | undefined };

const configuration = (changes: Changes) =>
  ({
    host: "hv01",
    namespace: "root\\virtualization\\v2",
    remoteShell: "powershell",
    authentication: "default",
    ...changes,
  }) as SshConfiguration;

it("resolves files from the program's folder, and reads the port as a number", () => {
  const key = join(temporaryFolder(), "key");
  writeFileSync(key, "");
  const options = sshOptions(configuration({ identityFile: key, port: "2222", username: "me" }), "linux");
  expect(options).toMatchObject({
    host: "hv01",
    identityFile: key,
    port: 2222,
    userName: "me",
    remoteShell: "powershell",
  });
});

it.each([
  [{ host: undefined }, "linux", "pulumi config set hyperv-snapshots:host"],
  [{ port: "ssh" }, "linux", '"ssh" isn\'t a port'],
  [{ identityFile: "/nowhere/key" }, "linux", "there is no file /nowhere/key"],
  [{ sshConfig: "~/no-such-config" }, "linux", "no-such-config"],
  [{ password: "secret-text" }, "linux", "pulumi config set hyperv-snapshots:username"],
  [{ password: "secret-text", username: "me", identityFile: "key" }, "linux", "both it and identityFile are set"],
  [{ password: "secret-text", username: "me" }, "win32", "Use a key"],
] as const)("refuses a configuration that can't work before it starts a process (%#)", (changes, platform, said) => {
  const read = () => sshOptions(configuration(changes), platform);
  expect(read).toThrow(said);
  expect(read).not.toThrow("secret-text");
});
