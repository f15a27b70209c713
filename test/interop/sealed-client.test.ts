import { expect, onTestFinished, test } from "vitest";
import { SimulatedHost } from "../../provider/src/simulator/simulated-host";
import { jobOf, webTierSeed } from "../support/simulated-hosts";
import { openServed, serveHost, testAccount } from "../support/wsman-hosts";
import { gssPassword, LineProgram, met, packageVersion, programFile, pythonWithGss, userFile } from "./peers";

test("our client works with a server that seals by gss-ntlmssp", async (context) => {
  const python = pythonWithGss(context);
  await met(context, "gss-ntlmssp behind Python's HTTP server", packageVersion("gss-ntlmssp"));
  const host = SimulatedHost.inMemory({ seed: webTierSeed });
  const inner = await serveHost(() => host, "plain");
  const basic = Buffer.from(`${testAccount.userName}:${testAccount.password}`).toString("base64");
  const address = `http://127.0.0.1:${inner.port}/wsman`;
  const server = new LineProgram(python, [programFile("gss-server.py"), address, `Basic ${basic}`], {
    ...process.env,
    NTLM_USER_FILE: userFile(),
  });
  onTestFinished(async () => {
    await server.end();
    await inner.stop();
  });
  const port = Number(await server.line());
  const credentials = { method: "ntlm", userName: `LAB\\${testAccount.userName}`, password: gssPassword } as const;
  const session = await openServed(port, "sealed", { credentials });
  onTestFinished(() => session.close());
  expect(session.hostName).toBe("HV-TEST");
  const [service] = await session.query("SELECT * FROM Msvm_CollectionSnapshotService");
  const [group] = await session.query("SELECT * FROM Msvm_VirtualSystemCollection");
  if (!service || !group) throw new Error("the host has no group");
  const created = await session.invokeMethod(service.path, "CreateSnapshot", {
    Collection: group.path,
    SnapshotType: 1,
  });
  expect(created.returnValue).toBe(4096);
  expect((await session.get(jobOf(created))).number("JobType")).toBe(198);
  const wql = "SELECT * FROM Msvm_ComputerSystem";
  const many = await Promise.all(Array.from({ length: 20 }, () => session.query(wql)));
  expect(many.map(({ length }) => length)).toEqual(Array(20).fill(5));
  const wrong = { ...credentials, password: "wrong" };
  await expect(openServed(port, "sealed", { credentials: wrong })).rejects.toMatchObject({
    code: "AUTHENTICATION_FAILED",
  });
});
