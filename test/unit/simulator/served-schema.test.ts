import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CimInstancePath } from "../../../provider/src/cim/cim-instance-path";
import type { CimScalar, CimValue } from "../../../provider/src/cim/cim-value";
import { CimError } from "../../../provider/src/errors";
import { HostAtHand, webTierSeed } from "../../support/simulated-hosts";

interface PublishedProperty {
  readonly type: string;
  readonly key?: boolean;
  readonly since?: number;
}

interface PublishedClass {
  readonly superclass: string | null;
  readonly since: number;
  readonly properties: Readonly<Record<string, PublishedProperty | string>>;
}

/** What public dumps say, read here by itself: the simulator's own reading of them is what is on trial. */
const published: Readonly<Record<string, PublishedClass>> = JSON.parse(
  readFileSync(join(import.meta.dirname, "../../fixtures/schema.json"), "utf8"),
);

function publishedProperties(className: string, build: number): Map<string, PublishedProperty> {
  const declared = published[className];
  if (declared === undefined || declared.since > build) throw new Error(`build ${build} has no ${className}`);
  const inherited = declared.superclass ? publishedProperties(declared.superclass, 99_999) : new Map();
  for (const [name, property] of Object.entries(declared.properties)) {
    const own = typeof property === "string" ? { type: property } : property;
    const key = own.key ?? inherited.get(name)?.key;
    if ((own.since ?? 0) <= build) inherited.set(name, { ...own, ...(key && { key }) });
  }
  return new Map([...inherited].filter(([, { since }]) => (since ?? 0) <= build));
}

function isOfType(value: CimValue, type: string): boolean {
  if (value === null) return true;
  const name = type.toLowerCase();
  if (name.endsWith("[]")) {
    return Array.isArray(value) && value.every((item: CimScalar) => isOfType(item, type.slice(0, -2)));
  }
  if (name.startsWith("ref ")) return value instanceof CimInstancePath;
  if (name === "boolean") return typeof value === "boolean";
  if (name === "uint64" || name === "sint64") return typeof value === "bigint";
  if (/^[us]int(8|16|32)$/.test(name)) return Number.isInteger(value);
  return typeof value === "string";
}

/** A host on which everything has happened once that leaves objects behind. */
function busyHost(build: number): HostAtHand {
  const at = new HostAtHand({ ...webTierSeed, build });
  at.takeCheckpoint("other");
  const [standard, recovery] = [at.takeSnapshot(), at.takeSnapshot({ SnapshotType: 2 })];
  at.call("Msvm_CollectionSnapshotService", "ConvertToReferencePoint", { AffectedSnapshotCollection: recovery });
  at.clock.pass(10);
  at.call("Msvm_CollectionSnapshotService", "ApplySnapshot", { SnapshotCollection: standard });
  at.clock.pass(10);
  const all = at.call("Msvm_CollectionManagementService", "DefineCollection", { Name: "all", Type: 1 });
  const Collection = all.outParameters["DefinedCollection"] as CimInstancePath;
  at.call("Msvm_CollectionManagementService", "AddMember", { Collection, Member: at.group() });
  at.host.setOption("membersOff", "accept");
  at.takeSnapshot();
  return at;
}

describe.each([14393, 17763, 20348, 26100])("the classes that a host of build %i serves", (build) => {
  const at = busyHost(build);

  test("are published classes with their published properties, types and keys, and no others", () => {
    const servedClasses = new Set<string>();
    for (const className of Object.keys(published)) {
      const instances = ask(className);
      for (const { path, properties } of instances ?? []) {
        servedClasses.add(path.className);
        const declared = publishedProperties(path.className, build);
        expect(Object.keys(properties).sort(), path.className).toEqual([...declared.keys()].sort());
        for (const [name, value] of Object.entries(properties)) {
          const type = declared.get(name)?.type ?? "none";
          expect(isOfType(value, type), `${path.className}.${name}: ${String(value)} is ${type}`).toBe(true);
        }
        const keys = [...declared].flatMap(([name, { key }]) => (key ? [name] : []));
        expect(Object.keys(path.keys).sort(), path.className).toEqual(keys.sort());
      }
    }
    expect(servedClasses.size).toBeGreaterThanOrEqual(22);
  });

  test("don't include unpublished or later classes", () => {
    expect(() => at.host.query("SELECT * FROM Msvm_CollectionSnapshotSettingData")).toThrow(CimError);
    const later = Object.entries(published).filter(([, { since }]) => since > build);
    for (const [className] of later) expect(() => at.host.query(`SELECT * FROM ${className}`)).toThrow(CimError);
  });

  function ask(className: string) {
    return (published[className]?.since ?? 0) > build ? undefined : at.host.query(`SELECT * FROM ${className}`);
  }
});
