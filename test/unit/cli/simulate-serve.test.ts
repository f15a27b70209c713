import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { CommandLine } from "../../support/command-line";

/** Serves a host from one command until it is ended, while other commands reach it. */
async function served(
  options: readonly string[],
  use: (at: CommandLine, served: { http: number; https?: number; fingerprint?: string }) => Promise<void>,
) {
  const at = new CommandLine();
  at.host();
  at.environment["HYPERV_SNAPSHOTS_USERNAME"] = "operator";
  at.environment["HYPERV_SNAPSHOTS_PASSWORD"] = "secret-text";
  const controller = new AbortController();
  let stdout = new Writable();
  const shown = new Promise<never>((resolve) => {
    stdout = new Writable({
      write: (text, _, done) => {
        resolve(JSON.parse(String(text)) as never);
        done();
      },
    });
  });
  const words = ["simulate", "serve", "--json", "--listen", "127.0.0.1:0", ...options];
  const ended = at.run(words, { stdout, interruption: () => ({ signal: controller.signal, end: () => {} }) });
  try {
    await use(at, await shown);
  } finally {
    controller.abort();
    expect((await ended).exitCode).toBe(0);
  }
}

const reach = (at: CommandLine, config: Record<string, string | number>) => {
  at.environment["HYPERV_SNAPSHOTS_TRANSPORT"] = "wsman";
  at.environment["HYPERV_SNAPSHOTS_HOST"] = "127.0.0.1";
  return Object.entries(config).flatMap(([key, value]) => ["--config", `${key}=${value}`]);
};

describe("hyperv-snapshots simulate serve", () => {
  it("serves the host over HTTP and HTTPS, and the command reaches it over both", async () => {
    await served(["--https", "127.0.0.1:0"], async (at, { http, https = 0, fingerprint = "" }) => {
      const sealed = await at.json(["list", ...reach(at, { protocol: "http", port: http })]);
      expect(sealed.value.groups.map(({ name }: { name: string }) => name)).toEqual(["web-tier", "mail"]);
      const tls = await at.json(["list", ...reach(at, { port: https, certificateFingerprint: fingerprint })]);
      expect(tls.value).toEqual(sealed.value);
    });
  });

  it("a probe over it also records what only the connection can be asked", async () => {
    await served([], async (at, { http }) => {
      const probe = ["probe", "--group", "web-tier", ...reach(at, { protocol: "http", port: http })];
      const { value } = await at.json(probe);
      const answers = new Map(
        value.answers.map(({ question, answer }: Record<string, string>) => [question, answer] as const),
      );
      expect(answers.get("wsmanStack")).toBe("3.0");
      expect(answers.get("wsmanMissingObject")).toBe("hresult80338000");
      expect(answers.get("collectionIdForm")).toBe("upperCase");
    });
  });

  it("doctor shows each step of the connection, and what is wrong with the certificate", async () => {
    await served(["--https", "127.0.0.1:0"], async (at, { http, https = 0, fingerprint = "" }) => {
      const findings = async (config: Record<string, string | number>) => {
        const { value } = await at.json(["doctor", ...reach(at, config)]);
        return value.findings.map(
          ({ what, status, answer, remedy }: Record<string, string>) => `${status} ${what}: ${answer} ${remedy ?? ""}`,
        );
      };
      const well = (await findings({ port: https, certificateFingerprint: fingerprint })).join("\n");
      expect(well).toContain(`ok WinRM's port: 127.0.0.1:${https} is open`);
      expect(well).toMatch(/ok TLS certificate: the pinned one: HV-TEST, issued by HV-TEST, valid to \d{4}-/);
      expect(well).toContain("ok log-on: accepted at https://127.0.0.1");
      expect(well).toContain("ok collection snapshot service: visible");
      const untrusted = (await findings({ port: https })).join("\n");
      expect(untrusted).toContain("failed TLS certificate: the host's certificate is self-signed");
      expect(untrusted).toContain(`The certificate's SHA-256 fingerprint is ${fingerprint}`);
      const refused = (await findings({ protocol: "http", port: http, password: "wrong" })).join("\n");
      expect(refused).toContain("failed log-on: the host refused the log-on");
      expect(refused).not.toContain("secret-text");
      at.host().setOption("rights", "denied");
      const denied = (await findings({ protocol: "http", port: http })).join("\n");
      expect(denied).toContain("ok log-on: accepted");
      expect(denied).toContain("Add-LocalGroupMember -SID S-1-5-32-580");
    });
  });

  it("refuses an address that isn't one, a port that is taken, and half a certificate", async () => {
    const at = new CommandLine();
    at.host();
    const serve = (...options: string[]) => at.run(["simulate", "serve", ...options]);
    expect((await serve("--listen", "here")).stderr).toContain("it isn't an address with a port");
    expect((await serve("--https", "127.0.0.1:0", "--listen", "127.0.0.1:0", "--key", "k.pem")).stderr).toContain(
      "one of them is missing",
    );
    await served([], async (_, { http }) => {
      expect((await serve("--listen", `127.0.0.1:${http}`)).stderr).toContain("something listens there already");
    });
  });
});
