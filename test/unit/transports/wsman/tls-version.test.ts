import { createServer, type TLSSocket } from "node:tls";
import { expect, onTestFinished, test } from "vitest";
import { openSocket } from "../../../../provider/src/transports/wsman/socket";
import { testCertificate } from "../../../support/wsman-hosts";

test.each([
  ["TLSv1.3", "without a client certificate"],
  ["TLSv1.2", "with one, which Windows asks for after a handshake of TLS 1.3"],
])("a connection uses %s %s", async (version) => {
  const { certificate, key } = testCertificate();
  const server = createServer({ cert: certificate, key, requestCert: true, rejectUnauthorized: false });
  const accepted = new Promise<TLSSocket>((resolve) => server.once("secureConnection", resolve));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  const clientCertificate = version === "TLSv1.2" ? { certificate, key } : undefined;
  const socket = await openSocket({ host: "127.0.0.1", port, isHttps: true, ca: certificate, clientCertificate });
  onTestFinished(() => {
    socket.destroy();
    server.close();
  });
  const peer = await accepted;
  peer.on("error", () => {});
  expect(peer.getProtocol()).toBe(version);
  expect(peer.getPeerCertificate().subject?.CN).toBe(clientCertificate && "localhost");
});
