import { join } from "node:path";
import { expect, test } from "vitest";
import { InvalidArgumentError } from "../../provider/src/errors";
import { openSession } from "../../provider/src/transports/index";
import { simulatedSession } from "../../provider/src/transports/simulated/simulated-session";
import { temporaryFolder } from "../support/temporary-folder";
import { describeCimSession } from "./describe-cim-session";

describeCimSession("simulated", async (host) => simulatedSession(host));

test("openSession opens the host in a store, made from a seed file", async () => {
  const seedFile = join(import.meta.dirname, "../../examples/simulated-host/seed.json");
  const storeFile = join(temporaryFolder(), "host.jsonl");
  const session = await openSession("simulated", { storeFile, seedFile });
  expect(session.hostName).toBe("HV-DEMO");
  const again = await openSession("simulated", { storeFile });
  expect(await again.query("SELECT * FROM Msvm_VirtualSystemCollection")).toHaveLength(1);
});

test("openSession refuses a seed file that isn't there, and makes nothing", async () => {
  const storeFile = join(temporaryFolder(), "host.jsonl");
  const opening = openSession("simulated", { storeFile, seedFile: "no-such-seed.json" });
  await expect(opening).rejects.toBeInstanceOf(InvalidArgumentError);
});
