import { PowerShell } from "node-powershell";
import { MissingDependencyError } from "../../errors";
import type { ShellChannel, ShellEnd, ShellProgram } from "../worker-shell/shell-channel";
import { ShellFailure, shellEnded } from "../worker-shell/shell-failure";
import { shellEnvironment } from "./shell-environment";

/** The PowerShell of this computer. */
export const localPowerShell: ShellProgram = {
  start: startPowerShell,
  explain: ({ error }, { printed }) =>
    isMissing(error) ? shellMissing(error) : shellEnded(printed || error?.message || ""),
};

/**
 * Starts a PowerShell.
 *
 * `node-powershell` finds and starts it, and runs the first line. What follows bypasses the library: its own `invoke` can hang for
 * ever on CRLF, takes an end of the shell for an empty answer, and keeps everything that it was given.
 */
function startPowerShell(firstLine: string): ShellChannel {
  const shell = new PowerShell({
    executableOptions: { "-NoProfile": true, "-NonInteractive": true, "-ExecutionPolicy": "Bypass" },
    spawnOptions: { windowsHide: true, env: shellEnvironment() },
    throwOnInvocationError: false,
  });
  const { stdin, stdout, stderr } = shell.streams;
  let failure: Error | undefined;
  const ended = new Promise<ShellEnd>((resolve) => {
    // after whatever else says why it ended
    stdout.once("close", () => setImmediate(() => resolve({ code: null, error: failure })));
  });
  stdin.write('[Console]::Out.NewLine = "`n"; [Console]::Error.NewLine = "`n"\n');
  // in the same tick as the constructor: else a program that doesn't exist ends this process. The answer isn't waited for, since
  // the library doesn't find the end of one that comes in unlucky pieces
  const invoked = shell.invoke(firstLine);
  // the library gathers all that is printed until it finds that end, and then leaves both streams paused
  const release = () => {
    for (const stream of [stdout, stderr]) stream.unpipe().resume();
    shell.history.length = 0;
  };
  invoked.then(release, (error: unknown) => {
    failure = (error as { originalError?: Error }).originalError ?? (error as Error);
  });
  return {
    stdin,
    stdout,
    stderr,
    // its output ends a moment before it does
    ended: ended.then(async (end) => {
      await shell.dispose().catch(() => {});
      return end;
    }),
    kill: () => {
      // a process that it started may keep its output open
      const close = () => {
        for (const stream of [stdout, stderr]) stream.destroy();
      };
      shell.dispose("SIGKILL").then(close, close);
    },
    onReady: release,
  };
}

function isMissing(error: Error | undefined): error is NodeJS.ErrnoException {
  return ["ENOENT", "EACCES"].includes((error as NodeJS.ErrnoException | undefined)?.code ?? "");
}

function shellMissing(error: Error): ShellFailure {
  return new ShellFailure(
    {
      make: (parts, options) => new MissingDependencyError(parts, options),
      answer: `PowerShell could not be started (${error.message})`,
      remedy:
        "Install PowerShell, or name the program in the environment variable NODE_POWERSHELL. From other systems than Windows, reach a host by another transport: ssh",
    },
    { cause: error },
  );
}
