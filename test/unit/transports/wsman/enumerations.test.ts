import { expect, onTestFinished, test } from "vitest";
import { SimulatedHost } from "../../../../provider/src/simulator/simulated-host";
import { CuttingProxy } from "../../../support/cutting-proxy";
import { httpAnswer, RawAnswers } from "../../../support/raw-answers";
import { webTierSeed } from "../../../support/simulated-hosts";
import { openServed, serveHost, type WsmanConnection } from "../../../support/wsman-hosts";

const machines = (count: number) => Array.from({ length: count }, (_, at) => ({ name: `vm-${at}` }));

async function served(count: number, maxEnvelopeBytes: number, connection: WsmanConnection = "sealed") {
  const host = SimulatedHost.inMemory({ seed: { hostName: "HV-MANY", machines: machines(count) } });
  const server = await serveHost(() => host, connection, { maxEnvelopeBytes });
  const session = await openServed(server.port, connection);
  onTestFinished(async () => {
    await session.close();
    await server.stop();
  });
  return { host, server, session };
}

test("a result that fits into one envelope takes one request", async () => {
  const { server, session } = await served(100, 8 * 1024 * 1024);
  await expect.poll(() => server.logOns).toBe(2); // the spare connection's log-on is over
  const before = server.requests;
  expect(await session.query("SELECT * FROM Msvm_ComputerSystem")).toHaveLength(101);
  expect(server.requests - before).toBe(1);
});

test("a larger result is pulled to its end, each item once", async () => {
  const { host, server, session } = await served(300, 64 * 1024);
  const before = server.requests;
  const found = await session.query("SELECT * FROM Msvm_ComputerSystem WHERE Caption = 'Virtual Machine'");
  expect(new Set(found.map(({ path }) => path.identity)).size).toBe(300);
  expect(found).toHaveLength(300);
  expect(server.requests - before).toBeGreaterThan(5);
  expect(host.requests.query).toBe(2);
});

test.each(["before", "after"] as const)(
  "a result is complete if a pull was interrupted %s the host received it",
  async (place) => {
    const { server } = await served(300, 64 * 1024);
    const proxy = await CuttingProxy.start(server.port);
    const session = await openServed(proxy.port, "sealed");
    onTestFinished(async () => {
      await session.close();
      await proxy.stop();
    });
    await expect.poll(() => server.logOns).toBe(4); // both sessions have their spare connection
    proxy.cut = { at: proxy.requests + 4, place };
    const found = await session.query("SELECT * FROM Msvm_ComputerSystem WHERE Caption = 'Virtual Machine'");
    expect(new Set(found.map(({ path }) => path.identity)).size).toBe(300);
    expect(found).toHaveLength(300);
    expect(proxy.cut).toBeUndefined();
  },
);

test("a result is complete if a pull was repeated because the host didn't take it", async () => {
  const { host, server, session } = await served(300, 64 * 1024, "TLS");
  await expect.poll(() => server.logOns).toBe(2);
  const before = { requests: server.requests, queries: host.requests.query };
  server.onRequest = () => {
    // the fourth is the third pull
    if (server.requests - before.requests === 4) server.forgetLogOns();
  };
  const found = await session.query("SELECT * FROM Msvm_ComputerSystem WHERE Caption = 'Virtual Machine'");
  expect(new Set(found.map(({ path }) => path.identity)).size).toBe(300);
  expect(found).toHaveLength(300);
  // the same enumeration went on
  expect(host.requests.query - before.queries).toBe(1);
});

test("a query begins again only once if pulls are lost, and then reports the loss", async () => {
  const asked = { Enumerate: 0, Pull: 0, Release: 0 };
  const server = await RawAnswers.start((request) => {
    const verb = /enumeration\/(Enumerate|Pull|Release)</.exec(request)?.[1] as keyof typeof asked;
    asked[verb] += 1;
    if (verb === "Pull") return undefined;
    const id = /MessageID>([^<]+)</.exec(request)?.[1];
    const body = /vmms/.test(request) ? "<EnumerationContext>uuid:1</EnumerationContext>" : "<EndOfSequence/>";
    return httpAnswer(
      200,
      "application/soap+xml;charset=UTF-8",
      `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header><RelatesTo>${id}</RelatesTo></s:Header><s:Body><R>${body}</R></s:Body></s:Envelope>`,
    );
  });
  const session = await openServed(server.port, "plain");
  onTestFinished(async () => {
    await session.close();
    await server.stop();
  });
  asked.Enumerate = 0;
  const query = session.query("SELECT * FROM Win32_Service WHERE Name = 'vmms'");
  await expect(query).rejects.toMatchObject({ code: "CONNECTION_FAILED", effect: "none" });
  expect(asked).toMatchObject({ Enumerate: 2, Pull: 2 });
});

test("an enumeration that can't be pulled to its end is released on the host", async () => {
  const { server, session } = await served(300, 64 * 1024);
  const controller = new AbortController();
  const before = server.requests;
  server.onRequest = () => {
    // the third is a pull
    if (server.requests - before === 3) controller.abort();
  };
  const query = session.query("SELECT * FROM Msvm_ComputerSystem", { abortSignal: controller.signal });
  await expect(query).rejects.toMatchObject({ name: "AbortError" });
  await expect.poll(() => server.openEnumerations).toBe(0);
});

test("an item that can't be read is a protocol error that names the property", async () => {
  const answer = (request: string) => {
    const id = /MessageID>([^<]+)</.exec(request)?.[1];
    const item = "<i:Msvm_ConcreteJob xmlns:i='urn:i'><i:JobState>soon</i:JobState></i:Msvm_ConcreteJob>";
    return httpAnswer(
      200,
      "application/soap+xml;charset=UTF-8",
      `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header><RelatesTo>${id}</RelatesTo></s:Header><s:Body><R><Items>${item}</Items><EndOfSequence/></R></s:Body></s:Envelope>`,
    );
  };
  const server = await RawAnswers.start(answer);
  onTestFinished(() => server.stop());
  const error = await openServed(server.port, "plain").catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "PROTOCOL" });
  expect(String(error)).toContain('JobState is "soon" instead of a number');
});

test("the host keeps its configured name if the account can't see its service", async () => {
  const host = SimulatedHost.inMemory({ seed: { ...webTierSeed, options: { rights: "allHidden" } } });
  const server = await serveHost(() => host, "plain");
  onTestFinished(() => server.stop());
  const session = await openServed(server.port, "plain");
  expect(session.hostName).toBe("127.0.0.1");
  await session.close();
});

test("the state of VMMS is read from the computer's own namespace, and is null if it can't be read", async () => {
  const { host, server, session } = await served(1, 8 * 1024 * 1024);
  expect(await session.managementServiceState?.()).toBe("Running");
  host.stopVmms();
  expect(await session.managementServiceState?.()).toBe("Stopped");
  host.startVmms({ startingSeconds: 3600 });
  expect(await session.managementServiceState?.()).toBe("Start Pending");
  await server.stop();
  expect(await session.managementServiceState?.()).toBeNull();
});
