import { describe, expect, it } from "vitest";
import { shapingErrors, withRecordedConfiguration } from "../../../provider/src/dynamic/error-shape";
import { AuthenticationError, ConnectionError } from "../../../provider/src/errors";

const parts = {
  attempted: "Opening it",
  target: "HV01",
  answer: "no route",
  outcome: "It is unchanged",
  remedy: "Wait",
};
const failure = (call: Promise<unknown>) =>
  call.then(
    () => expect.unreachable("it is to fail"),
    (error: Error) => error,
  );

describe("an error that three calls share", () => {
  it("reaches each call as the same object", async () => {
    const shared = new ConnectionError(parts);
    const { stack } = shared;
    const errors = await Promise.all([1, 2, 3].map(() => failure(shapingErrors(() => Promise.reject(shared)))));
    for (const error of errors) expect(error).toMatchObject({ code: "CONNECTION_FAILED", message: shared.message });
    for (const error of errors) expect(`${error}: ${error.stack}`).toBe("ConnectionError: CONNECTION_FAILED");
    expect(shared.stack).toBe(stack);
  });

  it("gets each hint only once", async () => {
    const shared = new AuthenticationError(parts);
    const call = () => failure(withRecordedConfiguration(() => Promise.reject(shared)));
    const errors = await Promise.all([call(), call(), call()]);
    for (const { message } of errors) expect(message.match(/--run-program/g)).toHaveLength(1);
    expect(shared.message).not.toContain("--run-program");
  });
});
