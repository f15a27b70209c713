import { createHmac, randomBytes } from "node:crypto";
import { AuthenticationError, HostKeyError, type HyperVError } from "../errors";

/** The log-ons of one account to one host: made one after the other, and never again once one was refused. */
export class Logon {
  private last: Promise<unknown> = Promise.resolve();
  private refusal: HyperVError | undefined;

  /**
   * Logs on, unless the same log-on was refused before in this process: repeating a refused password locks accounts.
   *
   * @throws What `logOn` throws, or the earlier refusal.
   */
  attempt<Session>(logOn: () => Promise<Session>): Promise<Session> {
    const attempt = this.last.then(() => {
      if (this.refusal) {
        throw this.refusal.with({
          outcome: "Nothing was asked of the host: it refused this log-on before",
          effect: "none",
        });
      }
      return logOn().catch((error: unknown) => {
        this.note(error);
        throw error;
      });
    });
    this.last = attempt.catch(() => {});
    return attempt;
  }

  /** Remembers an error that refuses the account, or finds another host than expected; any other is ignored. */
  note(error: unknown): void {
    if (AuthenticationError.isInstance(error) || HostKeyError.isInstance(error)) this.refusal ??= error;
  }
}

const logons = new Map<string, Logon>();
const salt = randomBytes(16);

/** Finds the log-ons of an account, shared by all sessions of this process. @param account - All that a log-on consists of. */
export function logonOf(account: Readonly<Record<string, string | number | undefined>>): Logon {
  const key = createHmac("sha256", salt).update(JSON.stringify(account)).digest("base64");
  const known = logons.get(key) ?? new Logon();
  logons.set(key, known);
  return known;
}
