import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http2";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import ts from "typescript";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFolder } from "../../../support/temporary-folder";

const repository = join(__dirname, "..", "..", "..", "..");

function startHost(cwd: string, engineAddress: string): ChildProcess {
  const source = readFileSync(join(repository, "tools", "pulumi-cli", "language-host.ts"), "utf8");
  const file = join(temporaryFolder(), "language-host.js");
  const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  writeFileSync(file, ts.transpileModule(source, { compilerOptions }).outputText);
  const host = spawn(process.execPath, [file, engineAddress], { cwd, stdio: ["ignore", "pipe", "pipe"] });
  onTestFinished(() => void host.kill("SIGKILL"));
  return host;
}

// Starting Node takes its time on a busy machine.
describe("the language host", { timeout: 30_000 }, () => {
  it("shows the fix if the program doesn't have @pulumi/pulumi", async () => {
    const folder = temporaryFolder();
    const host = startHost(folder, "127.0.0.1:1");
    const [message] = await once(host.stderr!, "data");
    expect(String(message)).toContain(`The program in ${folder} has no @pulumi/pulumi: run \`npm install\` there`);
    const [code] = host.exitCode === null ? await once(host, "exit") : [host.exitCode];
    expect(code).toBe(1);
  });

  it("prints its port, and exits when its engine does", async () => {
    const engine = createServer().listen(0, "127.0.0.1");
    await once(engine, "listening");
    const session = once(engine, "session");
    const host = startHost(repository, `127.0.0.1:${(engine.address() as AddressInfo).port}`);
    const [port] = await once(host.stdout!, "data");
    expect(String(port)).toMatch(/^\d+\n$/);
    const [connection] = await session;
    connection.destroy();
    engine.close();
    const [code] = host.exitCode === null ? await once(host, "exit") : [host.exitCode];
    expect(code).toBe(0);
  });
});
