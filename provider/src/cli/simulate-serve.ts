import { randomBytes, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import { InvalidArgumentError } from "../errors";
import { SimulatedHost } from "../simulator/index";
import { makeCertificate, type ServedAuthentication, WsmanServer } from "../simulator/serve/index";
import type { CommandSite } from "./command-site";
import { type CommonOptions, commandConfiguration, requireStore } from "./configuration";

interface ServeOptions extends CommonOptions {
  readonly listen: string;
  readonly https?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly allowUnencrypted?: boolean;
}

const week = 7 * 86_400_000;

/** Adds `simulate serve`. */
export function addSimulateServe(simulate: Command, site: CommandSite): void {
  site
    .add(simulate, "serve", "serve the simulated host over WS-Management, as WinRM serves a real one, until ^C", [
      ["hyperv-snapshots simulate serve"],
      [
        "hyperv-snapshots simulate serve --https 127.0.0.1:5986",
        "also over HTTPS, with a certificate made for this run",
      ],
    ])
    .option("--listen <address:port>", "where to serve HTTP; every message is sealed by NTLM", "127.0.0.1:5985")
    .option("--https <address:port>", "where to serve HTTPS as well, with Basic and NTLM")
    .option("--certificate <file>", "the certificate for HTTPS, in PEM; without one, a self-signed one is made")
    .option("--key <file>", "the certificate's key, in PEM")
    .option("--allow-unencrypted", "take Basic over HTTP, too")
    .action((options: ServeOptions) =>
      site.run(options, async (report) => {
        const { simulatedHost: storeFile, username, password } = commandConfiguration(options, site.surroundings);
        requireStore(storeFile);
        const host = SimulatedHost.open({ storeFile });
        const account = username ?? "operator";
        const secret = password ?? randomBytes(12).toString("base64url");
        const tls = options.https === undefined ? undefined : certificateFor(options, host.hostName);
        const serve = (listen: string, authentications: readonly ServedAuthentication[], secured: object) =>
          WsmanServer.start({
            host: () => host,
            ...addressOf(listen),
            accounts: { [account]: secret },
            authentications,
            allowUnencrypted: options.allowUnencrypted ?? false,
            ...secured,
          }).catch((error: unknown) => {
            throw cantListen(listen, error);
          });
        const servers = [
          await serve(options.listen, options.allowUnencrypted ? ["negotiate", "basic"] : ["negotiate"], {}),
        ];
        const interruption = site.surroundings.interruption();
        try {
          if (options.https !== undefined && tls)
            servers.push(await serve(options.https, ["negotiate", "basic"], { tls }));
          const [http, https] = servers.map(({ port }) => port);
          const fingerprint = tls && new X509Certificate(tls.certificate).fingerprint256;
          const served = { hostName: host.hostName, http, https, username: account, fingerprint };
          report.result(served, () =>
            [
              `${host.hostName} is served over HTTP on port ${http}${https === undefined ? "" : ` and over HTTPS on port ${https}`}.`,
              `Account ${account}, ${password === undefined ? `password ${secret} (made for this run)` : "password as configured"}.`,
              ...(fingerprint === undefined ? [] : [`The certificate's SHA-256 fingerprint is ${fingerprint}.`]),
              `Reach it with transport=wsman, host=127.0.0.1, protocol=http, port=${http}. ^C ends it.`,
            ].join("\n"),
          );
          await ended(interruption.signal);
        } finally {
          interruption.end();
          await Promise.all(servers.map((server) => server.stop()));
        }
        return "ok";
      }),
    );
}

function ended(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function certificateFor({ certificate, key }: ServeOptions, hostName: string): { certificate: string; key: string } {
  if (certificate !== undefined && key !== undefined) {
    return { certificate: readFileSync(certificate, "utf8"), key: readFileSync(key, "utf8") };
  }
  if (certificate !== undefined || key !== undefined) {
    throw wrong("--certificate and --key", "one of them is missing", "Give both, or neither");
  }
  const now = Date.now();
  const dates = { notBefore: new Date(now - 86_400_000), notAfter: new Date(now + week) };
  return makeCertificate({ name: hostName, hosts: ["localhost", "127.0.0.1", hostName], ...dates });
}

function addressOf(listen: string): { readonly address: string; readonly port: number } {
  const [, address = "", port = ""] = /^\[?([^\]]+?)\]?:(\d+)$/.exec(listen) ?? [];
  if (address !== "" && Number(port) < 65_536) return { address, port: Number(port) };
  throw wrong(listen, "it isn't an address with a port", "Write it as --listen 127.0.0.1:5985");
}

function cantListen(listen: string, error: unknown): InvalidArgumentError {
  const { code, message } = error as NodeJS.ErrnoException;
  const answer = code === "EADDRINUSE" ? "something listens there already" : (code ?? message);
  return wrong(listen, answer, "Choose another address or port: --listen 127.0.0.1:15985");
}

function wrong(target: string, answer: string, remedy: string): InvalidArgumentError {
  const outcome = "Nothing is served";
  return new InvalidArgumentError({ attempted: "Serving the simulated host", target, answer, outcome, remedy });
}
