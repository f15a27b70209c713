import { X509Certificate } from "node:crypto";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { CimInstancePath } from "../../../../provider/src/cim/cim-instance-path";
import type { CimSession } from "../../../../provider/src/cim/cim-session";
import type { WsmanServerOptions } from "../../../../provider/src/simulator/serve/index";
import { SimulatedHost } from "../../../../provider/src/simulator/simulated-host";
import { ConnectionPool } from "../../../../provider/src/transports/wsman/connection-pool";
import type { WsmanTransportOptions } from "../../../../provider/src/transports/wsman/endpoint";
import { HostConnection } from "../../../../provider/src/transports/wsman/host-connection";
import { openWsmanSession } from "../../../../provider/src/transports/wsman/wsman-session";
import { type CutPlace, CuttingProxy } from "../../../support/cutting-proxy";
import { requireIpv6 } from "../../../support/ipv6";
import { httpAnswer, RawAnswers } from "../../../support/raw-answers";
import { webTierSeed } from "../../../support/simulated-hosts";
import {
  openServed,
  serveHost,
  testCertificate,
  type WsmanConnection,
  wsmanConnections,
  wsmanOptions,
} from "../../../support/wsman-hosts";

/** A served host, a session to it, and the proxy between the two. */
async function scene(
  connection: WsmanConnection,
  served: Partial<WsmanServerOptions> = {},
  options: Partial<WsmanTransportOptions> = {},
) {
  const host = SimulatedHost.inMemory({ seed: webTierSeed });
  const server = await serveHost(() => host, connection, served);
  const proxy = await CuttingProxy.start(server.port);
  const session = await openServed(proxy.port, connection, options);
  onTestFinished(async () => {
    await session.close();
    await proxy.stop();
    await server.stop();
  });
  // the spare connection is open, so that no log-on comes between the requests
  await expect.poll(() => (connection === "plain" ? server.mostSockets : server.logOns)).toBe(2);
  return { host, server, proxy, session };
}

async function createSnapshot(session: CimSession) {
  const [service] = await session.query("SELECT * FROM Msvm_CollectionSnapshotService");
  const [group] = await session.query("SELECT * FROM Msvm_VirtualSystemCollection");
  if (!service || !group) throw new Error("the host has no group");
  return () => session.invokeMethod(service.path, "CreateSnapshot", { Collection: group.path, SnapshotType: 1 });
}

test("a log-on under way ends with the pool: it keeps no process alive", { timeout: 10_000 }, async () => {
  const server = createServer(); // it never answers
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const endpoint = { host: "127.0.0.1", port, isHttps: false };
  const credentials = { method: "ntlm", userName: "user", password: "password" } as const;
  const pool = new ConnectionPool(
    (abortSignal) => HostConnection.open(endpoint, credentials, abortSignal),
    () => expect.unreachable(),
  );
  const connected = new Promise<Socket>((resolve) => server.once("connection", resolve));
  const waiting = pool.use(async () => {}, undefined).catch((error: unknown) => error);
  const socket = await connected;
  const closed = new Promise((resolve) =>
    socket
      .on("error", () => {})
      .on("close", resolve)
      .resume(),
  );
  const reason = new Error("the session is closed");
  pool.close(reason);
  expect(await waiting).toBe(reason);
  await closed;
});

describe.each(wsmanConnections)("an interrupted connection, %s", (connection) => {
  const cutNext = (proxy: CuttingProxy, place: CutPlace) => {
    proxy.cut = { at: proxy.requests + 1, place };
  };

  test.each(["before", "after"] as const)(
    "a read is repeated once if it was interrupted %s the host received it",
    async (place) => {
      const { host, proxy, session } = await scene(connection);
      const before = host.requests.query;
      cutNext(proxy, place);
      expect(await session.query("SELECT * FROM Msvm_VirtualSystemCollection")).toHaveLength(1);
      expect(host.requests.query - before).toBe(place === "before" ? 1 : 2);
    },
  );

  test.each([
    ["before", {}],
    ["after", { CreateSnapshot: 1 }],
  ] as const)(
    "a call is never repeated, and its effect is unknown if it was interrupted %s the host received it",
    async (place, calls) => {
      const { host, proxy, session } = await scene(connection);
      const create = await createSnapshot(session);
      cutNext(proxy, place);
      const error = await create().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "CONNECTION_FAILED", effect: "unknown" });
      expect(host.methodCalls).toEqual(calls);
      expect(await session.query("SELECT * FROM Msvm_VirtualSystemCollection")).toHaveLength(1);
    },
  );

  test("a call uses a new connection and log-on if the old connection is known to be closed", async () => {
    const { host, server, proxy, session } = await scene(connection);
    const create = await createSnapshot(session);
    const logOns = server.logOns;
    proxy.cutAll();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await create()).returnValue).toBe(4096);
    expect(host.methodCalls).toEqual({ CreateSnapshot: 1 });
    // one for the call, one for the spare connection
    await expect.poll(() => server.logOns - logOns).toBe(connection === "plain" ? 0 : 2);
  });

  test("a read succeeds after an interruption at any step of the log-on", async () => {
    const { proxy, session } = await scene(connection);
    for (const place of ["before", "after"] as const) {
      for (const step of [1, 2, 3]) {
        proxy.cutAll();
        await new Promise((resolve) => setTimeout(resolve, 20));
        proxy.cut = { at: proxy.requests + step, place };
        expect(await session.query("SELECT * FROM Msvm_VirtualSystemCollection")).toHaveLength(1);
        proxy.cut = undefined;
      }
    }
  });
});

describe("connections", () => {
  test.for(["sealed", "TLS"] as const)("lead to an IPv6 address: %s", async (connection, context) => {
    requireIpv6(context);
    const host = SimulatedHost.inMemory({ seed: webTierSeed });
    const server = await serveHost(() => host, connection, { address: "::1" });
    onTestFinished(() => server.stop());
    const options = wsmanOptions(server.port, connection);
    const fingerprint = new X509Certificate(testCertificate().certificate).fingerprint256;
    const session = await openWsmanSession({ ...options, endpoint: { ...options.endpoint, host: "::1", fingerprint } });
    expect(await session.query("SELECT * FROM Msvm_VirtualSystemCollection")).toHaveLength(1);
    await session.close();
  });

  test("300 concurrent requests use 8 sockets with one log-on each, and each arrives once", async () => {
    const { host, server, session } = await scene("sealed");
    const before = host.requests.query;
    const wql = "SELECT * FROM Msvm_VirtualSystemCollection";
    const answers = await Promise.all(Array.from({ length: 300 }, () => session.query(wql)));
    expect(answers.every(({ length }) => length === 1)).toBe(true);
    expect(host.requests.query - before).toBe(300);
    expect(server.mostSockets).toBeLessThanOrEqual(8);
    expect(server.logOns).toBe(server.mostSockets);
  });

  test("a log-on that the host has forgotten is repeated over TLS, even for a call, since the call had not run", async () => {
    const { host, server, session } = await scene("TLS");
    const create = await createSnapshot(session);
    const { logOns } = server;
    server.forgetLogOns();
    expect((await create()).returnValue).toBe(4096);
    expect(server.logOns).toBeGreaterThan(logOns);
    expect(host.methodCalls).toEqual({ CreateSnapshot: 1 });
  });

  test("a log-on that the host has forgotten is repeated for a read, but not for a sealed call, since the answer isn't sealed", async () => {
    const { host, server, session } = await scene("sealed");
    const create = await createSnapshot(session);
    server.forgetLogOns();
    expect(await session.query("SELECT * FROM Msvm_VirtualSystemCollection")).toHaveLength(1);
    await expect.poll(() => server.logOns).toBe(4); // another spare connection is open
    server.forgetLogOns();
    expect(await create().catch((thrown: unknown) => thrown)).toMatchObject({ effect: "unknown" });
    expect(host.methodCalls).toEqual({});
  });

  test("a request that is aborted while it waits for a connection is never sent", async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { host, session } = await scene("plain", { delay: () => held });
    const before = host.requests.query;
    host.injectFault({ verb: "query", delaySeconds: 1, times: 8 });
    const wql = "SELECT * FROM Msvm_VirtualSystemCollection";
    const slow = Array.from({ length: 8 }, () => session.query(wql));
    await expect.poll(() => host.requests.query - before).toBe(8);
    const controller = new AbortController();
    const waiting = session.query(wql, { abortSignal: controller.signal });
    controller.abort();
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    release();
    await Promise.all(slow);
    expect(host.requests.query - before).toBe(8);
  });

  test("the session serves the next request after one was aborted under way", async () => {
    const { host, session } = await scene("sealed");
    host.injectFault({ verb: "query", delaySeconds: 60 });
    const controller = new AbortController();
    const wql = "SELECT * FROM Msvm_VirtualSystemCollection";
    const waiting = session.query(wql, { abortSignal: controller.signal });
    setTimeout(() => controller.abort(), 50);
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    expect(await session.query(wql)).toHaveLength(1);
  });

  test("a call under way fails with an unknown effect if its session is closed", async () => {
    const { host, session } = await scene("sealed");
    const create = await createSnapshot(session);
    host.injectFault({ method: "CreateSnapshot", delaySeconds: 60 });
    const waiting = create().catch((thrown: unknown) => thrown);
    await new Promise((resolve) => setTimeout(resolve, 50));
    await session.close();
    expect(await waiting).toMatchObject({ code: "CONNECTION_FAILED", effect: "unknown" });
  });
});

describe("a host that is too busy", () => {
  const fault = (code: number) =>
    `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header/><s:Body><s:Fault><s:Code><s:Value>s:Receiver</s:Value></s:Code><s:Detail><f:WSManFault xmlns:f="http://schemas.microsoft.com/wbem/wsman/1/wsmanfault" Code="${code}"/></s:Detail></s:Fault></s:Body></s:Envelope>`;
  const soap = "application/soap+xml;charset=UTF-8";

  test.each([
    ["too many operations", 500, 0x803381a6],
    ["QuotaLimit", 500, 0x8033803f],
    ["HTTP 503", 503, 0],
  ])("is tried again after growing pauses, then reported: %s", async (_, status, code) => {
    const server = await RawAnswers.start(() => httpAnswer(status, soap, fault(code)));
    onTestFinished(() => server.stop());
    const pauses: number[] = [];
    const pause = async (milliseconds: number) => void pauses.push(milliseconds);
    const error = await openServed(server.port, "plain", { pause }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ effect: "none" });
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000]);
    expect(server.requests).toBe(8);
  });

  const created = (request: string) => {
    const id = /MessageID>([^<]+)</.exec(request)?.[1];
    const body = /CreateSnapshot_INPUT/.test(request)
      ? "<R><ReturnValue>0</ReturnValue></R>"
      : "<R><EndOfSequence/></R>";
    const envelope = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"><s:Header><RelatesTo>${id}</RelatesTo></s:Header><s:Body>${body}</s:Body></s:Envelope>`;
    return httpAnswer(200, soap, envelope);
  };

  test.each([
    ["is sent again if Windows' HTTP server had no room for it", "Server: Microsoft-HTTPAPI/2.0\r\n", { calls: 2 }],
    ["isn't sent again after a gateway's HTTP 503", "Server: nginx\r\n", { calls: 1, effect: "unknown" }],
    ["isn't sent again after an HTTP 503 without a server's name", "", { calls: 1, effect: "unknown" }],
    [
      "isn't sent again after an HTTP 503 that passed a gateway",
      "Server: Microsoft-HTTPAPI/2.0\r\nVia: 1.1 gateway\r\n",
      { calls: 1, effect: "unknown" },
    ],
  ])("a call %s", async (_, headers, expected) => {
    let calls = 0;
    const server = await RawAnswers.start((request) => {
      if (!/CreateSnapshot_INPUT/.test(request)) return created(request);
      calls += 1;
      return calls === 1 ? httpAnswer(503, "text/html", "", headers) : created(request);
    });
    const session = await openServed(server.port, "plain");
    onTestFinished(async () => {
      await session.close();
      await server.stop();
    });
    const path = new CimInstancePath({ className: "Msvm_CollectionSnapshotService", keys: { Name: "x" } });
    const answer = await session.invokeMethod(path, "CreateSnapshot", {}).catch((thrown: unknown) => thrown);
    const { effect = undefined } = answer as { readonly effect?: string };
    expect({ calls, ...(effect !== undefined && { effect }) }).toEqual(expected);
  });

  test("a sealed call isn't sent again after an HTTP 503, which isn't sealed", async () => {
    const { host, server, session } = await scene("sealed");
    const create = await createSnapshot(session);
    server.isTooBusy = true;
    expect(await create().catch((thrown: unknown) => thrown)).toMatchObject({ effect: "unknown" });
    server.isTooBusy = false;
    expect(host.methodCalls).toEqual({});
  });

  test("serves a read and a call once it has room again, and the call runs once", async () => {
    const pauses: number[] = [];
    const pause = async (milliseconds: number) => void pauses.push(milliseconds);
    const { host, session } = await scene("sealed", {}, { pause });
    const create = await createSnapshot(session);
    host.injectFault({ verb: "query", hresult: 0x803381a6, times: 2 });
    expect(await session.query("SELECT * FROM Msvm_VirtualSystemCollection")).toHaveLength(1);
    host.injectFault({ method: "CreateSnapshot", hresult: 0x803381a6, times: 3, takesEffect: false });
    expect((await create()).returnValue).toBe(4096);
    expect(pauses).toEqual([250, 500, 250, 500, 1000]);
    expect(host.query("SELECT * FROM Msvm_ConcreteJob")).toHaveLength(1);
  });

  test("isn't waited for after the caller aborts", async () => {
    const { session } = await scene("plain", {}, { pause: () => new Promise(() => {}) });
    const nothing = new CimInstancePath({ className: "Msvm_ConcreteJob", keys: { InstanceID: "1" } });
    await expect(session.get(nothing, { abortSignal: AbortSignal.abort() })).rejects.toMatchObject({
      name: "AbortError",
    });
  });
});
