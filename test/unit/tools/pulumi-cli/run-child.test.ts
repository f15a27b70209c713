import { describe, expect, it } from "vitest";
import { runChild } from "../../../../tools/pulumi-cli/run-child";

const runNode = (script: string, options: Partial<Parameters<typeof runChild>[2]> = {}) =>
  runChild(process.execPath, ["-e", script], { env: process.env, ...options });

// Starting Node takes its time on a busy machine.
describe("runChild", { timeout: 30_000 }, () => {
  it("returns what the child wrote, line by line too", async () => {
    const lines: string[] = [];
    const result = await runNode("console.log('one'); console.log('two')", { onLine: (line) => lines.push(line) });
    expect(result).toEqual({ stdout: "one\ntwo", lastWords: "one\ntwo", failure: undefined });
    expect(lines).toEqual(["one", "two"]);
  });

  it("reports how the child failed", async () => {
    const result = await runNode("console.error('bad'); process.exitCode = 7");
    expect(result).toEqual({ stdout: "", lastWords: "bad", failure: "ended with exit code 7" });
    const missing = await runChild("/no/such/program", [], { env: {} });
    expect(missing.failure).toMatch("does not start");
  });

  it("ends a child that takes too long", async () => {
    const result = await runNode("setInterval(() => {}, 1000)", { timeoutMs: 50 });
    expect(result.failure).toBe("didn't end within 0.05 s");
  });

  it("ends the child when it is aborted", async () => {
    const abortion = new AbortController();
    const running = runNode("console.log('started'); setInterval(() => {}, 1000)", {
      abortSignal: abortion.signal,
      onLine: () => abortion.abort(new Error("enough")),
    });
    await expect(running).rejects.toThrow("enough");
  });
});
