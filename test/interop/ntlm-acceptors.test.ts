import { createHash, X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { channelBindings } from "../../provider/src/ntlm/channel-bindings";
import { NtlmClient } from "../../provider/src/ntlm/ntlm-client";
import { temporaryFolder } from "../support/temporary-folder";
import { testAccount, testCertificate } from "../support/wsman-hosts";
import {
  gssPassword,
  LineProgram,
  met,
  packageVersion,
  printedVersion,
  programFile,
  programOnPath,
  pythonWithGss,
  userFile,
} from "./peers";

const account = (password = gssPassword) => ({ userName: testAccount.userName, domain: "LAB", password });
const base64 = (data: Buffer) => data.toString("base64");
const bytes = (text: string | undefined) => Buffer.from(text ?? "", "base64");

function gssAcceptor(python: string, binding?: Buffer): LineProgram {
  const parameters = [programFile("gss-acceptor.py"), ...(binding ? [base64(binding)] : [])];
  const acceptor = new LineProgram(python, parameters, { ...process.env, NTLM_USER_FILE: userFile() });
  onTestFinished(() => acceptor.end());
  return acceptor;
}

/** Logs on. @returns What the acceptor said last, and the sealing. */
async function logOn(acceptor: LineProgram, client: NtlmClient) {
  const [, challenge] = (await acceptor.ask(`step ${base64(client.negotiate())}`)).split(" ");
  const { message, sealing } = client.authenticate(bytes(challenge));
  return { verdict: await acceptor.ask(`step ${base64(message)}`), sealing };
}

describe("our NTLM to gss-ntlmssp", () => {
  test("a log-on is accepted, and each side unseals the other's messages", async (context) => {
    const python = pythonWithGss(context);
    await met(context, "gss-ntlmssp", packageVersion("gss-ntlmssp"));
    const acceptor = gssAcceptor(python);
    const { verdict, sealing } = await logOn(acceptor, new NtlmClient(account(), { targetName: "HTTP/localhost" }));
    expect(verdict).toMatch(/^ok - .*hv-operator/i);
    for (const text of ["<s:Envelope>é漢</s:Envelope>", "second".repeat(5000), "third"]) {
      const { signature, sealed } = sealing.seal(Buffer.from(text));
      const [, opened, isEncrypted] = (
        await acceptor.ask(`unwrap ${base64(Buffer.concat([signature, sealed]))}`)
      ).split(" ");
      expect([bytes(opened).toString(), isEncrypted]).toEqual([text, "True"]);
      const [, wrapped] = (await acceptor.ask(`wrap ${base64(Buffer.from(text))}`)).split(" ");
      expect(sealing.open(bytes(wrapped).subarray(0, 16), bytes(wrapped).subarray(16)).toString()).toBe(text);
    }
  });

  test("a wrong password is refused", async (context) => {
    const acceptor = gssAcceptor(pythonWithGss(context));
    const { verdict } = await logOn(acceptor, new NtlmClient(account("wrong"), { targetName: "HTTP/localhost" }));
    expect(verdict).toMatch(/^err /);
  });

  test("the right channel binding is accepted, a wrong one refused", async (context) => {
    const python = pythonWithGss(context);
    const { raw } = new X509Certificate(testCertificate().certificate);
    const endPoint = Buffer.concat([Buffer.from("tls-server-end-point:"), createHash("sha256").update(raw).digest()]);
    const bound = (bindings: Buffer) =>
      logOn(
        gssAcceptor(python, endPoint),
        new NtlmClient(account(), { targetName: "HTTP/localhost", channelBindings: bindings }),
      );
    expect((await bound(channelBindings(raw))).verdict).toMatch(/^ok /);
    expect((await bound(Buffer.alloc(16, 1))).verdict).toMatch(/^err /);
  });
});

describe("our NTLM to Samba", () => {
  const samba = (command: string, password: string): LineProgram => {
    const folder = temporaryFolder();
    const places = ["private dir", "lock directory", "state directory", "cache directory"].map(
      (name) => `${name}=${folder}`,
    );
    writeFileSync(join(folder, "smb.conf"), `[global]\nworkgroup=LAB\nserver role=standalone\n${places.join("\n")}\n`);
    const program = new LineProgram(command, [
      "--helper-protocol=squid-2.5-ntlmssp",
      `--username=${testAccount.userName}`,
      "--domain=LAB",
      `--password=${password}`,
      `--configfile=${join(folder, "smb.conf")}`,
    ]);
    onTestFinished(() => program.end());
    return program;
  };

  test.for([
    ["a right password is accepted", "Secr3t", /^AF LAB\\hv-operator/],
    ["a wrong password is refused", "wrong", /^NA NT_STATUS_LOGON_FAILURE/],
  ] as const)("%s", async ([, password, expected], context) => {
    const command = programOnPath(context, "ntlm_auth", "no-samba");
    await met(context, "ntlm_auth", printedVersion(command, "--version"));
    const acceptor = samba(command, "Secr3t");
    const client = new NtlmClient(account(password), { targetName: "HTTP/localhost" });
    const [, challenge] = (await acceptor.ask(`YR ${base64(client.negotiate())}`)).split(" ");
    expect(await acceptor.ask(`KK ${base64(client.authenticate(bytes(challenge)).message)}`)).toMatch(expected);
  });
});
