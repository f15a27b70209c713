import { expect, it } from "vitest";
import { AuthenticationError, ConnectionError } from "../../../provider/src/errors";
import { logonOf } from "../../../provider/src/transports/refused-logons";

const parts = { attempted: "a", target: "t", answer: "no", outcome: "o", remedy: "r" };
const refused = new AuthenticationError(parts);
const account = (password: string) => logonOf({ host: "HV01", userName: "me", password });

it("never tries a refused log-on again in this process", async () => {
  let tried = 0;
  const refuse = async () => {
    tried += 1;
    throw refused;
  };
  const together = await Promise.allSettled([1, 2, 3].map(() => account("wrong").attempt(refuse)));
  expect(together.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  await expect(account("wrong").attempt(refuse)).rejects.toMatchObject({ code: "AUTHENTICATION_FAILED" });
  expect(tried).toBe(1);
});

it("tries another password, another host, and again after a failure that isn't a refusal", async () => {
  await expect(account("old").attempt(() => Promise.reject(refused))).rejects.toBe(refused);
  expect(await account("new").attempt(async () => "in")).toBe("in");
  const lost = new ConnectionError(parts);
  await expect(account("lost").attempt(() => Promise.reject(lost))).rejects.toBe(lost);
  expect(await account("lost").attempt(async () => "in")).toBe("in");
});

it("makes the log-ons of one account one after the other", async () => {
  let under = 0;
  let most = 0;
  const logOn = async () => {
    under += 1;
    most = Math.max(most, under);
    await new Promise((resolve) => setImmediate(resolve));
    under -= 1;
  };
  await Promise.all([1, 2, 3].map(() => account("right").attempt(logOn)));
  expect(most).toBe(1);
});

it("remembers a refusal that arrives after the log-on", async () => {
  const logon = account("expired");
  await logon.attempt(async () => "in");
  logon.note(refused);
  await expect(logon.attempt(async () => "in")).rejects.toMatchObject({ code: "AUTHENTICATION_FAILED" });
});
