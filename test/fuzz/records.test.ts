import fc from "fast-check";
import { expect } from "vitest";
import { readRecord } from "../../provider/src/recovery/record";
import { type RecordFiles, recordFile, recordFilesInMemory } from "../../provider/src/recovery/record-files";
import type { Seed } from "../../provider/src/simulator/index";
import { inputsWithUrn, LifecycleInProcess } from "../support/lifecycle-in-process";
import { webTierSeed } from "../support/simulated-hosts";
import { forAny, fuzz } from "./cases";
import { anyText, changed, changedJson, outcome } from "./inputs";

/** A host that is done at once: what is read of a recovery record matters here, not how long a job takes. */
const seed: Seed = { ...webTierSeed, options: { membersMerging: "accept", completion: "atOnce" } };
const newRun = () => new LifecycleInProcess({ dependents: "kept" }, seed);

const phases = ["requested", "accepted", "made", "named", "returned", "retained", "discarded"] as const;

/** A run that has taken a snapshot, and whose record still exists. */
async function begun(): Promise<{ run: LifecycleInProcess; folder: string; name: string; text: string }> {
  const run = newRun();
  await run.create(inputsWithUrn);
  for (const folder of await run.records.folders()) {
    for (const name of await run.records.list(folder)) {
      const text = recordFile.idIn(name) ? await run.records.read(folder, name) : undefined;
      if (text !== undefined) return { run, folder, name, text };
    }
  }
  throw new Error("no record was written");
}

const { text: written } = await begun();
const valid: Readonly<Record<string, unknown>> = JSON.parse(written);
const job = '\\\\HV-TEST\\root\\virtualization\\v2:Msvm_ConcreteJob.InstanceID="6B29FC40-CA47-1067-B31D-00DD010662DA"';
const ofAnyPhase = fc
  .tuple(fc.constantFrom(...phases), fc.constantFrom(null, job))
  .map(([phase, known]) => ({ ...valid, phase, pending: { ...(valid["pending"] as object), job: known } }));

/** The text of a recovery record, damaged in one of many ways. */
const damaged = fc.oneof(
  { weight: 4, arbitrary: ofAnyPhase.chain(changedJson).map((value) => JSON.stringify(value) ?? "") },
  { weight: 2, arbitrary: ofAnyPhase.chain((record) => changed(JSON.stringify(record))) },
  { weight: 1, arbitrary: fc.nat({ max: written.length }).map((length) => written.slice(0, length)) },
  { weight: 1, arbitrary: fc.oneof(anyText, fc.json()) },
);

/** Keeps the files of a run, with one more in them. */
async function filesWith(folder: string, name: string, text: string): Promise<RecordFiles> {
  const files = recordFilesInMemory();
  await files.write(folder, name, text);
  return files;
}

fuzz("recovery records", {
  "are read unchanged or refused": forAny(damaged, async (text) => {
    const { value, error } = await outcome(() => readRecord(text, "record.json"));
    if (error) return expect(error.code).toBe("RECORD_UNREADABLE");
    expect(JSON.parse(text)).toMatchObject(value);
    expect(phases).toContain(value.phase);
  }),
});

fuzz("runs after a damaged record", {
  "stop the operation or are handled correctly": forAny(
    fc.record({ text: damaged, call: fc.constantFrom("create", "diff", "update", "delete") }),
    async ({ text, call }) => {
      const first = await begun();
      const { id, outs } = await first.run.create({ ...inputsWithUrn, __meta: { urn: "another" } });
      const records = await filesWith(first.folder, first.name, text);
      const next = new LifecycleInProcess({ dependents: "kept" }, seed, { ...first.run, records });
      const { lifecycle } = next;
      const olds = { ...outs, __meta: inputsWithUrn.__meta };
      const calls = {
        create: () => lifecycle.create(inputsWithUrn),
        diff: () => lifecycle.diff(id, olds, inputsWithUrn),
        update: () => lifecycle.update(id, olds, { ...inputsWithUrn, snapshotName: "later" }),
        delete: () => lifecycle.delete(id, olds),
      };
      const { value, error } = await outcome(() => next.run<unknown>(calls[call as keyof typeof calls]()));
      const there = next.host
        .query("SELECT * FROM Msvm_SnapshotCollection")
        .map(({ properties }) => properties["CollectionID"]);
      if (error) return expect(error.parts.remedy).not.toBe("");
      const answered = (value as { outs?: Record<string, unknown> } | undefined)?.outs;
      if (call === "create" || call === "update") expect(there).toContain(answered?.["snapshotCollectionId"]);
      if (call === "delete") expect(there).not.toContain(outs["snapshotCollectionId"]);
    },
  ),
});
