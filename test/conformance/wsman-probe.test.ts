import { expect, it, onTestFinished } from "vitest";
import { wsmanQuestions } from "../../provider/src/transports/wsman/questions";
import { leapingHost, probeOver } from "../support/probe-simulated";
import { openServed, serveHost, wsmanOptions } from "../support/wsman-hosts";

it("a probe over WS-Management finds what a probe of the same host finds in process", async () => {
  const { clock, host } = leapingHost();
  const server = await serveHost(() => host, "sealed");
  const session = await openServed(server.port, "sealed");
  onTestFinished(async () => {
    await session.close();
    await server.stop();
  });
  const options = wsmanOptions(server.port, "sealed");
  const { own, others, inProcess } = await probeOver(session, { clock, questions: wsmanQuestions, options });
  expect(own).toEqual({
    wsmanStack: "3.0",
    wsmanEnvelopeLimit: "8192",
    wsmanSelectors: "accept",
    wsmanMissingObject: "hresult80338000",
  });
  expect(others).toEqual(inProcess);
});
