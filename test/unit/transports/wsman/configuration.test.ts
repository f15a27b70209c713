import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readConfiguration } from "../../../../provider/src/read-configuration";
import { wsmanOptions } from "../../../../provider/src/transports/wsman/configuration";
import { temporaryFolder } from "../../../support/temporary-folder";

const account = { host: "hv01", username: "LAB\\me", password: "secret-text" };

function optionsOf(given: Record<string, string>) {
  const stack: Record<string, string> = { transport: "wsman", ...given };
  return wsmanOptions(
    readConfiguration({ get: (name) => stack[name], stackKeys: Object.keys(stack), environment: {} }),
  );
}

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
    const file = join(temporaryFolder(), "a.pem");
    writeFileSync(file, "-----BEGIN CERTIFICATE-----\n");
    expect(optionsOf({ ...account, caFile: file }).endpoint).toMatchObject({ ca: "-----BEGIN CERTIFICATE-----\n" });
    const files = { authentication: "certificate", clientCertificate: file, clientKey: file };
    expect(optionsOf({ host: "hv01", ...files })).toMatchObject({
      credentials: { method: "certificate" },
      endpoint: { clientCertificate: { key: "-----BEGIN CERTIFICATE-----\n" } },
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
