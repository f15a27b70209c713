import { readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { CimSession } from "../../../provider/src/cim/cim-session";
import { virtualizationNamespace as namespace } from "../../../provider/src/schema/names";
import { openPowerShellSession } from "../../../provider/src/transports/powershell/powershell-session";
import { openSshSession } from "../../../provider/src/transports/ssh/ssh-session";
import { temporaryFolder } from "../../support/temporary-folder";

const script = join(import.meta.dirname, "../../support/fake-shell.cjs");
let folder: string;

/** Makes a program that starts a process, which keeps its output open, and then plays a PowerShell. */
function makeProgram(name: string, mode: string): string {
  folder = temporaryFolder();
  const lines = [
    "#!/bin/sh",
    'case "$1" in -V) echo OpenSSH_9.2p1 >&2; exit;; -G) exit;; esac',
    `sleep 60 & echo $! > '${folder}/pid'`,
    `exec '${process.execPath}' '${script}' '${mode}'`,
    "",
  ];
  writeFileSync(join(folder, name), lines.join("\n"), { mode: 0o755 });
  return join(folder, name);
}

const open: Record<string, (mode: string) => Promise<CimSession>> = {
  ssh: (mode) => {
    makeProgram("ssh", mode);
    vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
    return openSshSession({ host: "hv01", namespace, remoteShell: "pwsh" });
  },
  powershell: (mode) => {
    vi.stubEnv("NODE_POWERSHELL", makeProgram("pwsh", mode));
    return openPowerShellSession({ namespace });
  },
};

afterEach(() => {
  process.kill(Number(readFileSync(join(folder, "pid"), "utf8")));
  vi.unstubAllEnvs();
});

describe.skipIf(process.platform === "win32")("a process that keeps a shell's output open after its end", () => {
  it.each(["ssh", "powershell"])("doesn't delay the closing of a session for long: %s", async (transport) => {
    const session = await open[transport]?.("");
    const started = performance.now();
    await session?.close();
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it("doesn't hide that ssh ended", async () => {
    const session = await open["ssh"]?.("ends");
    const started = performance.now();
    await expect(session?.query("SELECT * FROM Msvm_ConcreteJob")).rejects.toMatchObject({ code: "CONNECTION_FAILED" });
    await session?.close();
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
