import type { CimInstancePath } from "../../provider/src/cim/cim-instance-path";
import type { CimSession } from "../../provider/src/cim/cim-session";
import type { Clock } from "../../provider/src/jobs/clock";

/** What a snapshot takes at least when each waits for itself: a loop that looks at its own job, again and again, after a fixed pause. */
export async function createInPollLoop(
  session: CimSession,
  clock: Clock,
  group: string,
  pauseMs: number,
): Promise<string> {
  const [service] = await session.query("SELECT * FROM Msvm_CollectionSnapshotService");
  const [collection] = await session.query(`SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = '${group}'`);
  const { outParameters } = await session.invokeMethod(service!.path, "CreateSnapshot", {
    Collection: collection!.path,
    SnapshotSettings: "",
    SnapshotType: 1,
  });
  const job = outParameters["Job"] as CimInstancePath;
  do await clock.sleep(pauseMs);
  while ((await session.get(job)).number("JobState") !== 7);
  const [snapshot] = await session.associators(job, { associationClass: "Msvm_AffectedJobElement" });
  return snapshot!.path.toString();
}
