import { afterAll, describe, vi } from "vitest";
import type { CimSession } from "../../provider/src/cim/cim-session";
import { openSshSession } from "../../provider/src/transports/ssh/ssh-session";
import { describeCimSession } from "../conformance/describe-cim-session";
import { CimHostServer } from "../support/cim-host-server";
import { requireSshServer, SshServer } from "../support/ssh-server";

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

describe.each(["powershell", "pwsh"] as const)("%s over ssh", (remoteShell) => {
  let server: CimHostServer | undefined;
  let sshd: SshServer | undefined;
  let kept: CimSession | undefined;

  /** A session for many tests; one that a test has closed isn't given to the next. */
  const open = async (at: SshServer) => {
    const session = await openSshSession({ ...at.options, remoteShell });
    const close = session.close.bind(session);
    session.close = () => {
      kept = undefined;
      return close();
    };
    return session;
  };

  afterAll(async () => {
    await kept?.close();
    await sshd?.stop();
    await server?.stop();
  });

  describeCimSession(
    "ssh",
    async (host, context) => {
      requireSshServer(context);
      server ??= await CimHostServer.start(host);
      sshd ??= await SshServer.start({ environment: server.environment });
      server.host = host;
      kept ??= await open(sshd);
      return kept;
    },
    { release: async () => {} },
  );
});
