import fc from "fast-check";
import { afterAll, beforeAll, expect, vi } from "vitest";
import { CimInstancePath } from "../../provider/src/cim/cim-instance-path";
import type { CimSession } from "../../provider/src/cim/cim-session";
import { virtualizationNamespace } from "../../provider/src/schema/names";
import { parseWql } from "../../provider/src/simulator/wql/wql-parser";
import { openPowerShellSession } from "../../provider/src/transports/powershell/powershell-session";
import { requestLine, ShellInProcess } from "../support/shell-in-process";
import { forAny, fuzz } from "./cases";
import { anyText, identifier } from "./inputs";

vi.mock("node-powershell", async () => {
  const { ShellInProcess: PowerShell } = await import("../support/shell-in-process");
  return { PowerShell };
});

const namespace = virtualizationNamespace;
const associationClass = "Msvm_SnapshotOfVirtualSystemCollection";

let session: CimSession;
let shell: ShellInProcess;
beforeAll(async () => {
  session = await openPowerShellSession({ namespace });
  shell = ShellInProcess.started.at(-1) as ShellInProcess;
});
afterAll(() => session.close());

const path = fc
  .dictionary(identifier, anyText, { minKeys: 1, maxKeys: 3 })
  .map((keys) => new CimInstancePath({ className: "Msvm_Whatever", keys }));

const asData = (text: string) => `=${text}`;

/** Lets something be sent. @returns The request, which has to be the only line, with all data in it as base64. */
async function sent(send: () => Promise<unknown>): Promise<Readonly<Record<string, unknown>>> {
  const before = shell.lines.length;
  await send();
  const lines = shell.lines.slice(before);
  expect(lines).toEqual([expect.stringMatching(requestLine)]);
  return shell.lastRequest;
}

const keysAsData = (keys: CimInstancePath["keys"]) =>
  Object.entries(keys).map(([name, value]) => ({ name: asData(name), type: "string", value: asData(String(value)) }));

fuzz("requests to PowerShell", {
  "the text of a query is data": forAny(anyText, async (wql) => {
    expect(await sent(() => session.query(wql))).toEqual({
      verb: "query",
      wql: asData(wql),
      namespace: asData(namespace),
    });
  }),
  "the names and values of a path are data": forAny(path, async (target) => {
    // that there is no such instance comes as an error, after the request
    const request = await sent(() => session.get(target).catch(() => {}));
    expect(request).toEqual({
      verb: "get",
      path: {
        className: asData(target.className),
        namespace: asData(namespace),
        keys: keysAsData(target.keys),
      },
    });
  }),
  "the name and the parameters of a method are data": forAny(
    fc.tuple(path, identifier, fc.dictionary(identifier, fc.oneof(anyText, fc.array(anyText)), { maxKeys: 3 })),
    async ([target, method, parameters]) => {
      const request = await sent(() => session.invokeMethod(target, method, parameters));
      expect(request).toMatchObject({ verb: "invokeMethod", methodName: asData(method) });
      const written = (value: string | string[]) =>
        Array.isArray(value) ? value.map((item) => asData(item)) : asData(value);
      expect(request["parameters"]).toMatchObject(
        Object.entries(parameters).map(([name, value]) => ({ name: asData(name), value: written(value) })),
      );
    },
  ),
  "a walk without a cmdlet is sent as a query for the same instance": forAny(path, async (target) => {
    const { wql } = await sent(() => session.references(target, { associationClass }));
    const query = parseWql(String(wql).slice(1));
    expect(query).toMatchObject({ kind: "references", associationClass });
    if (query.kind !== "references") return;
    expect(query.path.toString()).toBe(target.toString());
  }),
  "the user name and the password are data, and appear nowhere else": forAny(
    fc.record({
      host: fc.stringMatching(/^[a-z]{8}$/),
      userName: anyText,
      password: anyText.map((text) => `${text}hunter2${text}`),
    }),
    async (options) => {
      const opened = await openPowerShellSession({ namespace, ...options });
      const own = ShellInProcess.started.at(-1) as ShellInProcess;
      await opened.close();
      const [script, request, ...others] = own.lines.filter(
        (line) => !/^\[Console\]|^"#language|Start-Worker/.test(line),
      );
      expect(request).toMatch(requestLine);
      const decoded = JSON.parse(Buffer.from(request?.split(" ")[1] ?? "", "base64").toString());
      expect(decoded).toMatchObject({
        verb: "open",
        userName: asData(options.userName),
        password: asData(options.password),
      });
      const elsewhere = JSON.stringify([script, others, own.options, own.lines.map((line) => requestLine.test(line))]);
      expect(elsewhere).not.toContain(JSON.stringify(options.password).slice(1, -1));
      expect(own.options.executableOptions).toEqual(shell.options.executableOptions);
    },
  ),
});
