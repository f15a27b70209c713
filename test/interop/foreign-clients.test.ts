import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { SimulatedHost } from "../../provider/src/simulator/simulated-host";
import { webTierSeed } from "../support/simulated-hosts";
import { temporaryFolder } from "../support/temporary-folder";
import { serveHost, testAccount } from "../support/wsman-hosts";
import { authorityFile, met, output, packageVersion, programFile, programOnPath, pythonWithClients } from "./peers";

const names = ["db-01", "other", "web-01", "web-02"];

/** Serves a host. Foreign clients write a password for Basic in Latin-1, so that one is plain. */
async function served(how: string) {
  const host = SimulatedHost.inMemory({ seed: webTierSeed });
  const password = how === "basic" ? "plain-secret" : testAccount.password;
  const server = await serveHost(() => host, how === "sealed" ? "sealed" : "TLS", {
    accounts: { [testAccount.userName]: password },
    authentications: [how === "basic" ? "basic" : "negotiate"],
  });
  onTestFinished(() => server.stop());
  const port = String(server.port);
  return { host, port, parameters: [port, how, testAccount.userName, password, authorityFile()] };
}

describe("our server to foreign clients", () => {
  test.for(["sealed", "TLS", "basic"])("pypsrp queries, pulls, gets and invokes: %s", async (how, context) => {
    const python = pythonWithClients(context);
    const { host, parameters } = await served(how);
    const printed = await output(python, [programFile("pypsrp-client.py"), ...parameters]);
    const { version, ...answer } = JSON.parse(printed);
    await met(context, "pypsrp", version);
    expect(answer).toMatchObject({ machines: names, host: "HV-TEST", returned: "4096" });
    expect(host.methodCalls).toEqual({ CreateSnapshot: 1 });
    const [job] = host.query("SELECT * FROM Msvm_ConcreteJob");
    expect(answer.job).toBe(job?.string("InstanceID"));
  });

  test.for(["sealed", "TLS", "basic"])("pywinrm asks three times over one connection: %s", async (how, context) => {
    const python = pythonWithClients(context);
    const { parameters } = await served(how);
    const printed = await output(python, [programFile("pywinrm-client.py"), ...parameters]);
    const { version, ...answer } = JSON.parse(printed);
    await met(context, "pywinrm", version);
    expect(answer).toEqual({ names: [...names, "HV-TEST"].sort(), answers: 3 });
  });

  test("Debian's wsl identifies, enumerates with a filter and gets, but can't invoke", async (context) => {
    programOnPath(context, "wslenum", "no-wsl");
    programOnPath(context, "uuidgen", "no-wsl");
    const { host, port } = await served("basic");
    const folder = temporaryFolder();
    const env = {
      ...process.env,
      HOME: folder,
      WSENDPOINT: `localhost:${port}`,
      WSUSER: testAccount.userName,
      WSPASS: "plain-secret",
      WSDONTASK: "y",
      OUTPREFIX: folder,
    };
    writeFileSync(join(folder, ".wsl-config"), "OUTLEVEL=1\n");
    const run = async (program: string, ...parameters: readonly string[]) => {
      await output(program, parameters, { cwd: folder, env });
      return readFileSync(join(folder, "response.xml"), "utf8");
    };
    await met(context, "wsl", packageVersion("wsl"));
    const root = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2";
    const wql = "http://schemas.microsoft.com/wbem/wsman/1/WQL";
    const query = "SELECT * FROM Msvm_ComputerSystem";
    expect(await run("wslid", "check")).toContain("IdentifyResponse");
    const found = await run("wslenum", `${root}/*`, "-dialect", wql, "-filter", query, "-opti", "50");
    for (const name of names) expect(found).toContain(`<i:ElementName>${name}</i:ElementName>`);
    const service = "Msvm_CollectionSnapshotService";
    const got = await run("wslget", `${root}/${service}`, `CreationClassName=${service}`);
    expect(got).toContain("<i:SystemName>HV-TEST</i:SystemName>");
    // it copies selectors as text, with the prefixes of Windows, which its own request doesn't declare: nothing that Windows
    // would understand
    const invoked = run("wslinvoke", `${root}/${service}`, "CreateSnapshot", "SnapshotType=1");
    await expect(invoked).rejects.toThrow("SchemaValidationError");
    expect(host.methodCalls).toEqual({});
  });
});
