import { X509Certificate } from "node:crypto";
import { expect, test } from "vitest";
import { channelBindings } from "../../../provider/src/ntlm/channel-bindings";
import { hmacMd5, md4, Rc4 } from "../../../provider/src/ntlm/ciphers";
import { passwordKey, utf16 } from "../../../provider/src/ntlm/messages";
import { NtlmClient, readAccount } from "../../../provider/src/ntlm/ntlm-client";
import { NtlmServer } from "../../../provider/src/ntlm/ntlm-server";
import { openBody, sealBody } from "../../../provider/src/ntlm/sealed-body";
import { SealBroken } from "../../../provider/src/ntlm/sealing";
import { makeCertificate } from "../../../provider/src/simulator/serve/index";

const password = "Secr3t!pä漢";

function logOn(
  options: { given?: string; clientBinding?: Buffer; serverBinding?: Buffer; requiresBinding?: boolean } = {},
) {
  const { given = password, clientBinding, serverBinding, requiresBinding = false } = options;
  const client = new NtlmClient(readAccount("LAB\\Operator", given), {
    targetName: "HTTP/hv01",
    channelBindings: clientBinding,
  });
  const server = new NtlmServer({
    computerName: "HV01",
    passwordOf: (name) => (name === "Operator" ? password : undefined),
    channelBindings: serverBinding,
    requiresBinding,
  });
  const { message, sealing } = client.authenticate(server.challengeFor(client.negotiate()));
  return { client: sealing, server, message, verdict: server.accept(message) };
}

test.each([
  ["straße", "STRAßE"],
  ["ŉǰ-zoë", "ŉǰ-ZOË"],
  ["operator", "OPERATOR"],
])("a name is upper-cased character by character, as Windows does: %s", (name, upper) => {
  expect(passwordKey(name, "LAB", password)).toEqual(hmacMd5(md4(utf16(password)), utf16(`${upper}LAB`)));
});

test.each([
  ["", "31d6cfe0d16ae931b73c59d7e0c089c0"],
  ["abc", "a448017aaf21d8525fc10ae87aa6729d"],
  [
    "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
    "e33b4ddc9c38f2199c3e7b164fcc0536",
  ],
])("MD4 of %j equals RFC 1320's value", (text, digest) => {
  expect(md4(Buffer.from(text)).toString("hex")).toBe(digest);
});

test("RC4 equals RFC 6229's values, and continues where it ended", () => {
  const whole = new Rc4(Buffer.from("0102030405", "hex")).apply(Buffer.alloc(32));
  expect(whole.subarray(0, 16).toString("hex")).toBe("b2396305f03dc027ccc3524a0a1118a8");
  const parts = new Rc4(Buffer.from("0102030405", "hex"));
  expect(Buffer.concat([parts.apply(Buffer.alloc(7)), parts.apply(Buffer.alloc(25))])).toEqual(whole);
});

test("the password's key equals MS-NLMP 4.2.4's value", () => {
  expect(passwordKey("User", "Domain", "Password").toString("hex")).toBe("0c868a403bfd7a93a3001ef22ef02e3f");
});

test("a log-on is accepted, and each side unseals every message of the other", () => {
  const { client, verdict } = logOn();
  if (!verdict.isAccepted) throw new Error(verdict.reason);
  for (const text of ["<s:Envelope/>", "", "é".repeat(100_000)]) {
    expect(openBody(verdict.sealing, sealBody(client, Buffer.from(text))).toString()).toBe(text);
    expect(openBody(client, sealBody(verdict.sealing, Buffer.from(text))).toString()).toBe(text);
  }
});

test("a wrong password is refused", () => {
  expect(logOn({ given: "secr3t" }).verdict).toEqual({ isAccepted: false, reason: "password" });
});

test("a modified message is refused", () => {
  const { server, message } = logOn();
  message[60] = (message[60] ?? 0) ^ 0x10;
  expect(server.accept(message)).toMatchObject({ isAccepted: false });
});

test("the right channel binding is accepted, a wrong one is refused, and a missing one only if it is optional", () => {
  const binding = channelBindings(
    new X509Certificate(makeCertificate({ name: "a", notBefore: new Date(0), notAfter: new Date(1) }).certificate).raw,
  );
  const isAccepted = (clientBinding: Buffer | undefined, requiresBinding: boolean) =>
    logOn({ serverBinding: binding, requiresBinding, ...(clientBinding && { clientBinding }) }).verdict.isAccepted;
  expect(isAccepted(binding, true)).toBe(true);
  expect(isAccepted(Buffer.alloc(16, 7), false)).toBe(false);
  expect([isAccepted(undefined, false), isAccepted(undefined, true)]).toEqual([true, false]);
});

test("a sealed body that was modified or sent twice is refused", () => {
  const changed = logOn();
  if (!changed.verdict.isAccepted) throw new Error("refused");
  const body = sealBody(changed.client, Buffer.from("<s:Envelope/>"));
  body[body.length - 30] = (body[body.length - 30] ?? 0) ^ 1;
  const { sealing } = changed.verdict;
  expect(() => openBody(sealing, body)).toThrow(SealBroken);
  const twice = logOn();
  if (!twice.verdict.isAccepted) throw new Error("refused");
  const sealed = sealBody(twice.client, Buffer.from("<s:Envelope/>"));
  const { sealing: other } = twice.verdict;
  openBody(other, Buffer.from(sealed));
  expect(() => openBody(other, Buffer.from(sealed))).toThrow(SealBroken);
});
