import { describe, expect, it } from "vitest";
import * as errors from "../../provider/src/errors";
import * as surface from "../../provider/src/index";

const parts: errors.ErrorParts = {
  attempted: "CreateSnapshot",
  target: 'VM group "web-tier" on HV01',
  answer: "the host returned 32770 (Not Supported)",
  outcome: "No snapshot was taken.",
  remedy: "Start the members",
};

const job = { operation: "CreateSnapshot", jobPath: "a" };

const made = [
  new errors.InvalidArgumentError(parts),
  new errors.MissingDependencyError(parts),
  new errors.ConnectionError(parts),
  new errors.AuthenticationError(parts),
  new errors.TransportTimeoutError(parts),
  new errors.ProtocolError(parts),
  new errors.CimError(parts, { hresult: 0x80041017 }),
  new errors.NotFoundError(parts),
  new errors.AccessDeniedError(parts),
  new errors.MethodFailedError(parts, { code: "METHOD_NOT_SUPPORTED", returnValue: 1 }),
  new errors.GuardError(parts, { code: "DEPENDENTS_UNKNOWN" }),
  new errors.StorageError(parts),
  new errors.JobFailedError(parts, { ...job, code: "JOB_FAILED", jobState: 10, errorCode: 32768 }),
  new errors.JobTimeoutError(parts, job),
  new errors.JobLostError(parts, job),
  new errors.UnexpectedJobStateError(parts, job),
  new errors.UnknownOutcomeError(parts),
  new errors.MergeError(parts, { code: "MERGE_TIMEOUT" }),
  new errors.PartialCreateError(parts, { id: "a", properties: {} }),
];

describe("an error", () => {
  it("states its five parts in order, as sentences", () => {
    expect(made[0]?.message).toBe(
      'CreateSnapshot on VM group "web-tier" on HV01 failed: the host returned 32770 (Not Supported). No snapshot was taken. Start the members.',
    );
  });

  it.each(made.map((error) => [error.name, error] as const))(
    "%s is recognized by isInstance, name and code",
    (name, error) => {
      expect(errors.HyperVError.isInstance(error)).toBe(true);
      expect((errors as unknown as Record<string, typeof errors.HyperVError>)[name]?.isInstance(error)).toBe(true);
      expect(errors.JobError.isInstance(error)).toBe(error instanceof errors.JobError);
      expect(errors.TransportError.isInstance(error)).toBe(error instanceof errors.TransportError);
      expect(Reflect.set(error, "name", "Other")).toBe(false);
    },
  );

  it("of one class has one code, and every class is public", () => {
    const codes = made.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const name of Object.keys(errors)) expect(Object.keys(surface)).toContain(name);
  });

  it.each(made.map((error) => [error.name, error] as const))(
    "%s adds details in a copy and doesn't change",
    (_, error) => {
      const before = { ...error, message: error.message };
      const more = error.with({ outcome: "A snapshot exists", effect: "unknown" });
      expect(more).not.toBe(error);
      expect(more.constructor).toBe(error.constructor);
      expect({ ...more, parts: undefined, reasons: undefined }).toEqual({
        ...before,
        message: undefined,
        parts: undefined,
        reasons: undefined,
        effect: "unknown",
      });
      expect(more.parts).toMatchObject({ ...parts, outcome: "A snapshot exists" });
      expect(more.message).toContain("A snapshot exists. Start the members");
      expect(more.cause).toBe(error);
      expect({ ...error, message: error.message }).toEqual(before);
      expect(Reflect.set(error.parts, "remedy", "Other")).toBe(false);
    },
  );

  it.each([
    ["none", ["InvalidArgumentError", "MissingDependencyError", "AuthenticationError", "GuardError", "StorageError"]],
    ["partial", ["JobTimeoutError", "MergeError", "PartialCreateError"]],
  ])("has the effect %s only where its class proves it", (effect, names) => {
    // 0x80041017, an invalid query, is a proven refusal
    const found = made.filter((error) => error.effect === effect && !("hresult" in error && error.hresult));
    expect(found.map(({ name }) => name)).toEqual(names);
  });

  it("keeps the headline it was given until the first sentence would be another", () => {
    const headline = "`hyperv-snapshots:transport` is not set";
    const error = new errors.InvalidArgumentError({ ...parts, headline });
    expect(error.message).toMatch(/^`hyperv-snapshots:transport` is not set\. /);
    expect(error.with({ remedy: "Set it" }).message).toMatch(/^`hyperv-snapshots:transport` is not set\. .*Set it\.$/);
    expect(error.with({ answer: "it is empty" }).message).toMatch(/^CreateSnapshot on .* failed: it is empty\. /);
  });

  it("of a guard states what it refuses, and why", () => {
    const guard = new errors.GuardError(parts, { code: "DEPENDENTS_UNKNOWN" });
    expect(guard.message).toMatch(/^Refusing CreateSnapshot on VM group "web-tier" on HV01: the host returned/);
    expect(guard.with({ answer: "it has dependents" }).message).toMatch(/^Refusing .*: it has dependents\. /);
  });

  it.each([
    0x80041003, 0x80041008, 0x8004100e, 0x80041010, 0x80041017, 0x8004102e, 0x8004102f, 0x8004103a, 0x80041055,
    0x80041056,
  ])("of WMI with the number 0x%x proves that nothing ran", (hresult) => {
    expect(new errors.CimError(parts, { hresult }).effect).toBe("none");
  });

  it.each([
    null,
    0x80041001,
    0x80041002,
    0x80041004,
    0x80041013,
    0x80041032,
    0x800705b4,
    0x80070005,
    0x80072ee2,
    0x80080005,
    0x80010108,
    0x8badf00d,
  ])("of WMI with the number %s proves nothing", (hresult) => {
    expect(new errors.CimError(parts, { hresult }).effect).toBe("unknown");
  });

  it("has no other branches", () => {
    for (const value of [null, undefined, "text", {}, new Error("x")])
      expect(errors.HyperVError.isInstance(value)).toBe(false);
  });
});

const lookUps = ["getVirtualSystemCollection", "getCollectionSnapshot", "getCollectionSnapshots"].flatMap((name) => [
  name,
  `${name}Output`,
]);

it("exports nothing that isn't meant to be public", () => {
  expect(Object.keys(surface).sort()).toEqual(
    [...Object.keys(errors), "CollectionSnapshot", "VirtualSystemCollection", ...lookUps].sort(),
  );
});
