import {
  AuthenticationError,
  ConnectionError,
  HostKeyError,
  InvalidArgumentError,
  StorageError,
  TransportTimeoutError,
} from "../../errors";
import { bad, doubtful, type Finding, failure, fine } from "../../finding";
import { examineWorker } from "../worker-shell/examine-worker";
import { workerFindings } from "../worker-shell/findings";
import type { SshTransportOptions } from "./options";
import { shellQuoted } from "./shell-quoted";
import { findSsh, type ResolvedHost, resolveHost } from "./ssh-client";
import { workerOptions } from "./ssh-session";

const tries = {
  ssh: "ssh",
  address: "address",
  connection: "connection",
  hostKey: "host key",
  logon: "log-on",
} as const;

/** Tries the connection step by step, for people who look for what is wrong with it. Every step of a log-on is one log-on. */
export async function* examineSsh(options: SshTransportOptions): AsyncGenerator<Finding> {
  try {
    yield fine(tries.ssh, (await findSsh()).name);
  } catch (error) {
    yield failure(tries.ssh, error);
    return;
  }
  const resolved = await resolveHost(options);
  yield addressFinding(resolved, options);
  const examination = await examineWorker(await workerOptions(options));
  if (examination.failure?.step !== "shell" || examination.facts !== null) {
    yield hostKeyFinding(resolved);
    yield fine(tries.logon, "accepted");
  } else {
    const { error } = examination.failure;
    const isBeforeHostKey =
      ConnectionError.isInstance(error) ||
      StorageError.isInstance(error) ||
      TransportTimeoutError.isInstance(error) ||
      InvalidArgumentError.isInstance(error);
    if (isBeforeHostKey) {
      yield failure(tries.connection, error);
      return;
    }
    if (HostKeyError.isInstance(error)) {
      yield failure(tries.hostKey, error);
      return;
    }
    yield hostKeyFinding(resolved);
    if (AuthenticationError.isInstance(error)) {
      yield failure(tries.logon, error);
      return;
    }
    yield fine(tries.logon, "accepted");
  }
  const { host, namespace } = options;
  yield* workerFindings(examination, { host, isShellOnHost: true, namespace });
}

function addressFinding(resolved: ResolvedHost, { host }: SshTransportOptions): Finding {
  const { user, hostname, port, proxyjump, proxycommand } = resolved;
  if (hostname === undefined) {
    return bad(
      tries.address,
      "ssh refuses its configuration",
      `Run ssh -G ${shellQuoted(host)}: it says which line is wrong`,
    );
  }
  const isThrough = [proxyjump, proxycommand].filter((way) => way !== undefined && way !== "none");
  return fine(
    tries.address,
    `${user}@${hostname}:${port}${isThrough.length > 0 ? ` through ${isThrough.join(", ")}` : ""}`,
  );
}

/** Host keys are the user's business; a configuration that accepts any is worth a word. */
function hostKeyFinding({ stricthostkeychecking = "" }: ResolvedHost): Finding {
  if (!["no", "off", "false", "accept-new"].includes(stricthostkeychecking)) return fine(tries.hostKey, "known");
  return doubtful(
    tries.hostKey,
    `your ssh configuration accepts unknown keys (StrictHostKeyChecking ${stricthostkeychecking})`,
    "Add the host's key to known_hosts and set StrictHostKeyChecking to yes for it, so that no other computer can answer in its place",
  );
}
