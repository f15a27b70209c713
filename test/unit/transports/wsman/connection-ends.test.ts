import { describe, expect, onTestFinished, test } from "vitest";
import type { CimSession } from "../../../../provider/src/cim/cim-session";
import { NtlmServer } from "../../../../provider/src/ntlm/ntlm-server";
import { httpAnswer, RawAnswers } from "../../../support/raw-answers";
import { openServed, testAccount, type WsmanConnection } from "../../../support/wsman-hosts";

const soap = "application/soap+xml;charset=UTF-8";
const wql = "SELECT * FROM Msvm_VirtualSystemCollection";

/** Answers a request for an enumeration that finds nothing. */
function emptyResult(request: string, headers = ""): Buffer {
  const id = /MessageID>([^<]+)</.exec(request)?.[1];
  const header = `<s:Header><RelatesTo>${id}</RelatesTo></s:Header>`;
  const body = "<s:Body><R><Items/><EndOfSequence/></R></s:Body>";
  return httpAnswer(
    200,
    soap,
    `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">${header}${body}</s:Envelope>`,
    headers,
  );
}

/** Opens a session to a server that gives raw answers. */
async function open(
  answer: (request: string, number: number) => Buffer | string,
  connection: WsmanConnection = "plain",
): Promise<{ server: RawAnswers; session: CimSession }> {
  const server = await RawAnswers.start(answer);
  onTestFinished(() => server.stop());
  const session = await openServed(server.port, connection);
  onTestFinished(() => session.close());
  return { server, session };
}

describe("a request after an answer that ends its connection is answered over another one", { timeout: 10_000 }, () => {
  test.each<[string, (request: string) => Buffer]>([
    ["the answer says Connection: close", (request) => emptyResult(request, "Connection: close\r\n")],
    [
      "the answer is HTTP/1.0",
      (request) => Buffer.from(emptyResult(request).toString("latin1").replace("HTTP/1.1", "HTTP/1.0"), "latin1"),
    ],
    ["bytes follow the answer", (request) => Buffer.concat([emptyResult(request), Buffer.from("more")])],
    ["a second answer follows", (request) => Buffer.concat([emptyResult(request), emptyResult(request)])],
  ])("%s", async (_, answer) => {
    const { session } = await open(answer);
    for (let asked = 0; asked < 3; asked += 1) expect(await session.query(wql)).toEqual([]);
  });
});

test("what a gateway says on an idle connection isn't taken for the next answer", async () => {
  const { server, session } = await open((request) => emptyResult(request));
  await expect.poll(() => server.connections).toBe(2); // one is used, the other is the spare
  server.send(httpAnswer(408, "text/html", "Request Timeout"));
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(await Promise.all([session.query(wql), session.query(wql)])).toEqual([[], []]);
});

test("a connection whose answer belongs to another request is closed", async () => {
  const { server, session } = await open((request, number) =>
    emptyResult(number === 2 ? "<MessageID>uuid:0</MessageID>" : request),
  );
  await expect.poll(() => server.connections).toBe(2);
  await expect(session.query(wql)).rejects.toMatchObject({ code: "PROTOCOL" });
  await expect.poll(() => server.connections, { timeout: 2000 }).toBe(1);
});

test("an answer that switches protocols is an error", { timeout: 10_000 }, async () => {
  const opening = open(() => "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n");
  await expect(opening).rejects.toMatchObject({ effect: "none" });
});

describe("a log-on whose connection is closed is an error", { timeout: 10_000 }, () => {
  test.each([1, 2] as const)("by the answer of number %i", async (closesAt) => {
    const ntlm = new NtlmServer({ computerName: "HV-TEST", passwordOf: () => testAccount.password });
    let requests = 0;
    const opening = open((request, number) => {
      requests = number;
      const token = Buffer.from(/Negotiate (\S+)/.exec(request)?.[1] ?? "", "base64");
      const step = token[8] === 1 ? 1 : 2;
      const close = step === closesAt ? "Connection: close\r\n" : "";
      if (step === 2) return httpAnswer(200, soap, "", close);
      const challenge = ntlm.challengeFor(token).toString("base64");
      return httpAnswer(401, "text/plain", "", `WWW-Authenticate: Negotiate ${challenge}\r\n${close}`);
    }, "sealed");
    const error = await opening.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "CONNECTION_FAILED", effect: "none" });
    expect(String(error)).toContain("NTLM needs one connection");
    // the request is repeated once
    expect(requests).toBe(2 * closesAt);
  });
});
