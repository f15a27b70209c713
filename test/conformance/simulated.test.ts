import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { InvalidArgumentError } from "../../provider/src/errors";
import { openSimulatedSession, simulatedSession } from "../../provider/src/transports/simulated/simulated-session";
import { temporaryFolder } from "../support/temporary-folder";
import { describeCimSession } from "./describe-cim-session";

describeCimSession("simulated", async (host) => simulatedSession(host));

test("creates the host's store from a seed file and opens it", async () => {
  const seedFile = join(import.meta.dirname, "../../examples/simulated-host/seed.json");
  const storeFile = join(temporaryFolder(), "host.jsonl");
  const session = openSimulatedSession({ storeFile, seedFile });
  expect(session.hostName).toBe("HV-DEMO");
  const again = openSimulatedSession({ storeFile });
  expect(await again.query("SELECT * FROM Msvm_VirtualSystemCollection")).toHaveLength(1);
});

test("refuses a seed file that doesn't exist", () => {
  const storeFile = join(temporaryFolder(), "host.jsonl");
  const open = () => openSimulatedSession({ storeFile, seedFile: "no-such-seed.json" });
  expect(open).toThrow(InvalidArgumentError);
  expect(existsSync(storeFile)).toBe(false);
});
