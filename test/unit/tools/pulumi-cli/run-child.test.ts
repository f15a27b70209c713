import { describe, expect, it } from "vitest";
import { runChild } from "../../../../tools/pulumi-cli/run-child";

const runNode = (script: string, options: Partial<Parameters<typeof runChild>[2]> = {}) =>
  runChild(process.execPath, ["-e", script], { env: process.env, ...options });

// Starting Node takes its time on a busy machine.
describe("runChild", { timeout: 30_000 }, () => {
  it("gives what the child wrote, line by line too", async () => {
    const lines: string[] = [];
    const result = await runNode("console.log('one'); console.log('two')", { onLine: (line) => lines.push(line) });
    expect(result).toEqual({ stdout: "one\ntwo", lastWords: "one\ntwo", failure: undefined });
    expect(lines).toEqual(["one", "two"]);
  });

  it("tells how it failed", async () => {
    const result = await runNode("console.error('bad'); process.exitCode = 7");
    expect(result).toEqual({ stdout: "", lastWords: "bad", failure: "ended with exit code 7" });
    const missing = await runChild("/no/such/program", [], { env: {} });
    expect(missing.failure).toMatch("does not start");
  });

  it("ends a child that takes too long", async () => {
    const result = await runNode("setInterval(() => {}, 1000)", { timeoutMs: 50 });
    expect(result.failure).toBe("didn't end within 0.05 s");
  });

  it.skipIf(process.platform === "win32")("ends what the child started, too, when it is aborted", async () => {
    const abortion = new AbortController();
    let grandchild = 0;
    const script =
      "const { spawn } = require('node:child_process');" +
      "console.log(spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' }).pid);";
    const running = runNode(script, {
      abortSignal: abortion.signal,
      onLine: (line) => {
        grandchild = Number(line);
        abortion.abort(new Error("enough"));
      },
    });
    // The streams end only when the grandchild, which has them too, has ended.
    await expect(running).rejects.toThrow("enough");
    expect(grandchild).toBeGreaterThan(0);
  });
});
