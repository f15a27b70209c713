import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { readConfiguration } from "../../../../provider/src/read-configuration";
import { makeCertificate } from "../../../../provider/src/simulator/serve/index";
import { wsmanOptions } from "../../../../provider/src/transports/wsman/configuration";
import { messageOf } from "../../../support/message-of";
import { temporaryFolder } from "../../../support/temporary-folder";
import { testCertificate } from "../../../support/wsman-hosts";

const account = { host: "hv01", username: "LAB\\me", password: "secret-text" };

function optionsOf(given: Record<string, string>) {
  const stack: Record<string, string> = { transport: "wsman", ...given };
  return wsmanOptions(
    readConfiguration({ get: (name) => stack[name], stackKeys: Object.keys(stack), environment: {} }),
  );
}

const content = { name: "operator", notBefore: new Date(0), notAfter: new Date(Date.now() + 86_400_000) };

/** Writes a file. @returns Its path. */
function pem(name: string, text: string): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, text);
  return file;
}

const withClient = (certificate: string, key: string) => ({
  host: "hv01",
  authentication: "certificate",
  clientCertificate: pem("certificate.pem", certificate),
  clientKey: pem("key.pem", key),
});

describe("the configuration of wsman", () => {
  it("defaults to HTTPS with NTLM on WinRM's port", () => {
    expect(optionsOf(account)).toEqual({
      endpoint: { host: "hv01", port: 5986, isHttps: true },
      credentials: { method: "ntlm", userName: "LAB\\me", password: "secret-text" },
      namespace: "root\\virtualization\\v2",
    });
    expect(optionsOf({ ...account, protocol: "http" }).endpoint).toMatchObject({ port: 5985, isHttps: false });
    expect(optionsOf({ ...account, port: "443", authentication: "basic" })).toMatchObject({
      endpoint: { port: 443 },
      credentials: { method: "basic" },
    });
  });

  it.each(["", ":", "-", " "])("reads a fingerprint with %j between its bytes", (separator) => {
    const { endpoint } = optionsOf({ ...account, certificateFingerprint: Array(32).fill("aB").join(separator) });
    expect(endpoint.fingerprint).toBe("aB".repeat(32));
  });

  it("reads certificates from files", () => {
    const { certificate, key } = testCertificate();
    expect(optionsOf({ ...account, caFile: pem("ca.pem", certificate + certificate) }).endpoint).toMatchObject({
      ca: certificate + certificate,
    });
    expect(optionsOf(withClient(certificate, key))).toMatchObject({
      credentials: { method: "certificate" },
      endpoint: { clientCertificate: { certificate, key } },
    });
  });

  it("reads files of the account's home", () => {
    const { certificate } = testCertificate();
    const home = dirname(pem("ca.pem", certificate));
    for (const name of ["HOME", "USERPROFILE"]) vi.stubEnv(name, home);
    expect(optionsOf({ ...account, caFile: "~/ca.pem" }).endpoint.ca).toBe(certificate);
    vi.unstubAllEnvs();
  });

  describe("refuses, before any host is asked,", () => {
    const { certificate, key, privateKey } = makeCertificate(content);
    const junk = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    const encrypted = privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" });

    it.each([
      ["a certificate that can't be read", () => withClient(junk, key), "the file's certificate can't be used"],
      [
        "a key of another certificate",
        () => withClient(certificate, makeCertificate(content).key),
        "isn't the one of clientCertificate",
      ],
      [
        "a key that can't be read",
        () => withClient(certificate, junk),
        "isn't the one of clientCertificate, or can't be read",
      ],
      ["an encrypted key", () => withClient(certificate, String(encrypted)), "openssl pkey -in FILE"],
      ["an authority that can't be read", () => ({ ...account, caFile: pem("ca.pem", junk) }), "can't be read"],
      [
        "a damaged authority after a good one",
        () => ({ ...account, caFile: pem("ca.pem", certificate + junk) }),
        "can't be read",
      ],
      ["a key in place of an authority", () => ({ ...account, caFile: pem("ca.pem", key) }), "has no certificate"],
    ])("%s", (_, given, answer) => {
      const error = messageOf(() => optionsOf(given()));
      expect(error).toContain(answer);
    });
  });

  it.each([
    [{ host: "" }, "hyperv-snapshots:host"],
    [{ username: "" }, "hyperv-snapshots:username"],
    [{ password: "" }, "--secret hyperv-snapshots:password"],
    [{ port: "many" }, '"many" isn\'t a port'],
    [{ port: "70000" }, "isn't a port"],
    [{ authentication: "kerberos" }, "doesn't offer kerberos"],
    [{ authentication: "basic", protocol: "http" }, "shows the password to anyone"],
    [{ authentication: "certificate", protocol: "http" }, "needs HTTPS"],
    [{ authentication: "certificate" }, "hyperv-snapshots:clientCertificate"],
    [{ caFile: "no-such.pem" }, "can't be read (ENOENT)"],
    [{ caFile: "package.json" }, "isn't PEM"],
    [{ certificateFingerprint: "ab".repeat(20) }, "SHA-1 thumbprint"],
    [{ certificateFingerprint: "sha" }, "isn't a SHA-256 fingerprint"],
  ])("is refused before any host request: %j", (given, answer) => {
    const read = () => optionsOf({ ...account, ...given });
    expect(read).toThrow(answer);
    expect(read).not.toThrow("secret-text");
  });

  it("allows Basic over HTTP only with an explicit setting", () => {
    const { credentials } = optionsOf({
      ...account,
      authentication: "basic",
      protocol: "http",
      allowUnencrypted: "true",
    });
    expect(credentials.method).toBe("basic");
  });
});
