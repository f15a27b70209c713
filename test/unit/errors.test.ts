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
  new errors.JobFailedError(parts, { code: "JOB_FAILED", jobPath: "a", jobState: 10, errorCode: 32768 }),
  new errors.JobTimeoutError(parts, { jobPath: "a" }),
  new errors.JobLostError(parts, { jobPath: "a" }),
  new errors.UnexpectedJobStateError(parts, { jobPath: "a" }),
  new errors.PartialCreateError(parts, { id: "a", properties: {} }),
];

describe("an error", () => {
  it("says the five things, in order, as sentences", () => {
    expect(made[0]?.message).toBe(
      'CreateSnapshot on VM group "web-tier" on HV01 failed: the host returned 32770 (Not Supported). No snapshot was taken. Start the members.',
    );
  });

  it.each(made.map((error) => [error.name, error] as const))(
    "%s is told by isInstance, name and code",
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

  it("is nothing else", () => {
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
