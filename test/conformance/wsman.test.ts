import { afterAll, describe } from "vitest";
import type { CimSession } from "../../provider/src/cim/cim-session";
import { Hresult } from "../../provider/src/schema/hresults";
import type { WsmanServer } from "../../provider/src/simulator/serve/index";
import type { SimulatedHost } from "../../provider/src/simulator/simulated-host";
import { openServed, serveHost, wsmanConnections } from "../support/wsman-hosts";
import { describeCimSession } from "./describe-cim-session";

describe.each(wsmanConnections)("over a real socket, %s", (connection) => {
  let host: SimulatedHost;
  let server: WsmanServer | undefined;

  afterAll(() => server?.stop());

  describeCimSession(
    `wsman, ${connection}`,
    async (simulated): Promise<CimSession> => {
      host = simulated;
      server ??= await serveHost(() => host, connection);
      return openServed(server.port, connection);
    },
    { repeatsReads: true, notFoundNumber: Hresult.ERROR_WSMAN_RESOURCE_NOT_FOUND },
  );
});
