import type { Properties } from "../../provider/src/process/resource-call";
import { recordFile } from "../../provider/src/recovery/record-files";
import { inputsWithUrn, LifecycleInProcess } from "./lifecycle-in-process";
import { webTierSeed } from "./simulated-hosts";

/** A host that keeps dependent snapshots. */
export const kept = { dependents: "kept" };

/** A run that is killed while its job runs, after a number of seconds; the next one takes over its host and its records. */
export async function killedInMidJob(
  inputs: Properties = inputsWithUrn,
  seconds = 3,
  configuration = kept,
  prepare: (run: LifecycleInProcess) => void = () => {},
) {
  const run = new LifecycleInProcess(configuration);
  prepare(run);
  run.lifecycle.create(inputs).catch(() => {});
  await run.run(run.clock.sleep(seconds * 1000));
  run.kill();
  return new LifecycleInProcess(configuration, webTierSeed, run);
}

/** The ids of the snapshot collections on the host, oldest first. */
export const collectionsOn = ({ host }: LifecycleInProcess) =>
  host.query("SELECT * FROM Msvm_SnapshotCollection").map((one) => String(one.string("CollectionID")));

/** The names of the recovery records. */
export const recordsIn = async ({ records }: LifecycleInProcess): Promise<readonly string[]> =>
  (await Promise.all((await records.folders()).map((folder) => records.list(folder))))
    .flat()
    .filter((name) => recordFile.idIn(name) !== undefined);
