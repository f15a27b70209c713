import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { CimSession } from "../../provider/src/cim/cim-session";
import { requireVisibility } from "../../provider/src/hyperv/visibility";
import type { Clock } from "../../provider/src/jobs/clock";
import { virtualizationNamespace } from "../../provider/src/schema/names";
import type { SimulatedHost } from "../../provider/src/simulator/index";
import { questions } from "../../provider/src/transports/powershell/index";
import { openPowerShellSession } from "../../provider/src/transports/powershell/powershell-session";
import { CimHostServer } from "../support/cim-host-server";
import { powerShellEditions, requirePowerShell } from "../support/powershell";
import { leapingHost, probeOver } from "../support/probe-simulated";

// starts of PowerShell take long where many other tests run beside
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

describe.each(powerShellEditions)("a probe through $name", (edition) => {
  let clock: Clock;
  let server: CimHostServer;
  let session: CimSession;
  let host: SimulatedHost;

  beforeEach(async (context) => {
    const environment = requirePowerShell(context, edition);
    ({ clock, host } = leapingHost());
    server = await CimHostServer.start(host);
    for (const [name, value] of Object.entries({ ...environment, ...server.environment })) vi.stubEnv(name, value);
    session = await openPowerShellSession({ namespace: virtualizationNamespace });
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await session?.close();
    await server?.stop();
  });

  it("says that VMMS isn't running when the host shows nothing", async () => {
    expect(await session.managementServiceState?.()).toBe("Running");
    host.stopVmms();
    expect(await session.managementServiceState?.()).toBe("Stopped");
    await expect(requireVisibility(session, "the snapshot")).rejects.toMatchObject({ code: "VMMS_NOT_RUNNING" });
  });

  it("finds the same as an in-process probe of the same host", async () => {
    const options = { namespace: virtualizationNamespace };
    const { own, others, inProcess } = await probeOver(session, { clock, questions, options });
    expect(own).toEqual({ methodDeclarations: "declared" });
    expect(others).toEqual(inProcess);
  });

  it("detects instances without the declarations of their methods", async () => {
    server.declaresMethods = false;
    const [declarations] = questions;
    expect(await declarations?.ask({ namespace: virtualizationNamespace })).toMatchObject({ answer: "undeclared" });
  });
});
