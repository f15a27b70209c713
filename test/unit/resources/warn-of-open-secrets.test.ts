import * as pulumi from "@pulumi/pulumi";
import { afterEach, expect, it, vi } from "vitest";
import { configurationKeys } from "../../../provider/src/config";
import { secretKeys, warnOfOpenSecrets } from "../../../provider/src/resources/warn-of-open-secrets";

const password = "hunter2";
const key = "hyperv-snapshots:password";
let stacks = 0;

/** Runs as the program of a new stack does. @returns What it warned of. */
function warningsOf(values: Record<string, string>, secrets: readonly string[] = [], times = 1): readonly string[] {
  stacks += 1;
  const warn = vi.spyOn(pulumi.log, "warn").mockResolvedValue().mockClear();
  vi.spyOn(pulumi, "getStack").mockReturnValue(`stack-${stacks}`);
  vi.spyOn(pulumi, "getProject").mockReturnValue("project");
  pulumi.runtime.setAllConfig(values, [...secrets]);
  for (let time = 0; time < times; time += 1) warnOfOpenSecrets();
  return warn.mock.calls.map(([text]) => text);
}

afterEach(() => {
  vi.restoreAllMocks();
  pulumi.runtime.setAllConfig({}, []);
});

it("checks every key that the table marks as secret", () => {
  const secret = Object.entries(configurationKeys).filter(([, entry]) => "isSecret" in entry);
  expect(secret.map(([name]) => name)).toEqual([...secretKeys]);
});

it("warns once of a plain-text secret in the configuration, with the fix and without the value", () => {
  const warnings = warningsOf({ [key]: password, "hyperv-snapshots:host": "HV01" }, [], 3);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(`pulumi config set --secret ${key}`);
  expect(warnings.join()).not.toContain(password);
});

it("accepts a secret that is encrypted or not set, and other keys in plain text", () => {
  expect(warningsOf({ [key]: password }, [key])).toEqual([]);
  expect(warningsOf({ "hyperv-snapshots:username": "operator" })).toEqual([]);
  expect(warningsOf({ [key]: password }, ["other:password"])).toHaveLength(1);
});

it("looks into the connections, and says how to encrypt one there", () => {
  const connections = "hyperv-snapshots:connections";
  const given = { [connections]: JSON.stringify({ east: { host: "HV01", password }, west: { host: "HV02" } }) };
  const warnings = warningsOf(given);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain("pulumi config set --secret --path hyperv-snapshots:connections.east.password");
  expect(warnings.join()).not.toContain(password);
  expect(warningsOf(given, [connections])).toEqual([]);
  for (const wrong of ["[", "null", "1", '{"east":null}']) expect(warningsOf({ [connections]: wrong })).toEqual([]);
});
