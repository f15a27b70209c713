import { afterAll, afterEach, describe, vi } from "vitest";
import type { CimSession } from "../../provider/src/cim/cim-session";
import { virtualizationNamespace } from "../../provider/src/schema/names";
import { openPowerShellSession } from "../../provider/src/transports/powershell/powershell-session";
import { CimHostServer } from "../support/cim-host-server";
import { powerShellEditions, requirePowerShell } from "../support/powershell";
import { describeCimSession } from "./describe-cim-session";

// starts of PowerShell take long where many other tests run beside
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

// which sessions of real hosts know the declarations of methods isn't published: each edition plays one kind
const kinds = powerShellEditions.map((edition, at) => ({ edition, declaresMethods: at === 0 }));

describe.each(kinds)("$edition.name, method declarations: $declaresMethods", ({ edition, declaresMethods }) => {
  let server: CimHostServer | undefined;
  let kept: CimSession | undefined;

  /** A session for many tests; one that a test has closed isn't given to the next. */
  const open = async () => {
    const session = await openPowerShellSession({ namespace: virtualizationNamespace });
    const close = session.close.bind(session);
    session.close = () => {
      kept = undefined;
      return close();
    };
    return session;
  };

  afterEach(() => vi.unstubAllEnvs());
  afterAll(async () => {
    await kept?.close();
    await server?.stop();
  });

  describeCimSession(
    "powershell",
    async (host, context) => {
      const environment = requirePowerShell(context, edition);
      server ??= await CimHostServer.start(host, { declaresMethods });
      server.host = host;
      for (const [name, value] of Object.entries({ ...environment, ...server.environment })) vi.stubEnv(name, value);
      kept ??= await open();
      return kept;
    },
    { release: async () => {} },
  );
});
