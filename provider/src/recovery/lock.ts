import { createHash, randomBytes } from "node:crypto";
import { ConnectionError } from "../errors";
import type { Clock } from "../jobs/clock";
import type { LifeSign } from "./liveness";
import type { IntentFiles } from "./record-files";

/** The right to work on one resource, which no other process has at the same time. */
export interface Claim {
  /**
   * Makes sure, before something is sent, that nobody has taken the claim over: another machine may have, if this process stood still.
   *
   * @throws {@link ConnectionError} when it is lost.
   */
  confirm(): Promise<void>;
  release(): Promise<void>;
}

/** A claim that stands unchanged for so long, by the observer's own clock, is that of a dead process on another machine. */
const leaseMs = 60_000;
const renewMs = 15_000;
const lookMs = 250;

/**
 * Hands out claims: whoever works on a resource has a file `claim-NUMBER-MACHINE-PROCESS-…` in its folder, with a number above all that are there.
 *
 * One that finds a higher number beside its own has come too late and draws again; all others wait for those with lower numbers. So at most one
 * has none before it. On one machine only a dead process loses its claim, and at once; of other machines' processes, one whose claim isn't
 * renewed any more.
 */
export class Claims {
  private readonly files: IntentFiles;
  private readonly clock: Clock;
  private readonly lifeSign: LifeSign;
  private readonly held = new Set<Claim>();

  constructor(files: IntentFiles, clock: Clock, lifeSign: LifeSign) {
    this.files = files;
    this.clock = clock;
    this.lifeSign = lifeSign;
  }

  /** Waits until nobody else works on a resource. */
  async take(folder: string, onWaiting: () => void): Promise<Claim> {
    for (;;) {
      const claim = await this.draw(folder);
      const there = await this.tickets(folder);
      if (!there.some(({ name }) => name > claim.name)) {
        await this.waitForTurn(folder, claim, there, onWaiting);
        return this.hold(folder, claim);
      }
      await this.files.remove(folder, claim.name);
    }
  }

  private async draw(folder: string): Promise<Ticket> {
    const process = await this.lifeSign.show();
    const highest = (await this.tickets(folder)).at(-1)?.number ?? 0;
    const number = highest + 1;
    const name = `claim-${String(number).padStart(6, "0")}-${this.machine}-${process}-${randomBytes(3).toString("hex")}`;
    await this.files.mark(folder, name, "");
    return { name, number, machine: this.machine, process };
  }

  /** @param there - The claims that were there after the own one: one that comes later with a lower number gives way. */
  private async waitForTurn(
    folder: string,
    own: Ticket,
    there: readonly Ticket[],
    onWaiting: () => void,
  ): Promise<void> {
    const watched = new Map<string, { readonly text: string | undefined; readonly since: number }>();
    const isDead = async (ticket: Ticket) => {
      if (ticket.machine === this.machine) return !(await this.lifeSign.isAlive(ticket.process));
      const text = await this.files.read(folder, ticket.name);
      const seen = watched.get(ticket.name);
      if (seen?.text === text && seen !== undefined) return this.clock.now() - seen.since > leaseMs;
      watched.set(ticket.name, { text, since: this.clock.now() });
      return false;
    };
    let renewedAt = this.clock.now();
    for (let tickets = there; ; tickets = await this.tickets(folder)) {
      const before = tickets.filter(({ name }) => name < own.name);
      const living: Ticket[] = [];
      for (const ticket of before) {
        if (await isDead(ticket)) await this.files.remove(folder, ticket.name);
        else living.push(ticket);
      }
      if (living.length === 0) return;
      if (tickets === there) onWaiting();
      if (this.clock.now() - renewedAt >= renewMs) {
        renewedAt = this.clock.now();
        await this.renew(folder, own);
      }
      await this.clock.sleep(lookMs);
    }
  }

  private hold(folder: string, own: Ticket): Claim {
    const renewal = setInterval(() => {
      this.renew(folder, own).catch(() => {}); // the next one may succeed
    }, renewMs);
    renewal.unref();
    const claim: Claim = {
      confirm: async () => {
        if ((await this.files.list(folder)).includes(own.name)) return;
        throw new ConnectionError({
          attempted: "Working on this resource",
          target: this.files.locate(folder, own.name),
          answer: "another process has taken it over, because this one stood still for too long",
          outcome: "Nothing was sent by this process",
          remedy: "See what the other `pulumi` run says",
        });
      },
      release: async () => {
        this.held.delete(claim);
        clearInterval(renewal);
        await this.files.remove(folder, own.name).catch(() => {}); // it dies with this process at the latest
      },
    };
    this.held.add(claim);
    return claim;
  }

  /** Gives up every claim of this process, which is about to end. */
  async releaseAll(): Promise<void> {
    await Promise.all([...this.held].map((claim) => claim.release()));
  }

  /** Removes the claims that dead processes of this machine have left behind, where nobody may ever wait for them. */
  async sweep(folder: string): Promise<void> {
    for (const { name, machine, process } of await this.tickets(folder)) {
      if (machine === this.machine && !(await this.lifeSign.isAlive(process))) await this.files.remove(folder, name);
    }
  }

  private async renew(folder: string, own: Ticket): Promise<void> {
    if ((await this.files.list(folder)).includes(own.name)) {
      await this.files.mark(folder, own.name, randomBytes(6).toString("hex"));
    }
  }

  private get machine(): string {
    return createHash("sha256").update(this.lifeSign.machine).digest("hex").slice(0, 12);
  }

  /** The claims in a folder, in the order of their numbers. */
  private async tickets(folder: string): Promise<readonly Ticket[]> {
    const tickets = (await this.files.list(folder)).flatMap((name) => {
      const [, number, machine, process] = /^claim-(\d{6})-([0-9a-f]{12})-([0-9a-f]+)-[0-9a-f]{6}$/.exec(name) ?? [];
      return number && machine && process ? [{ name, number: Number(number), machine, process }] : [];
    });
    return tickets.sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

/** A place in the line. */
interface Ticket {
  readonly name: string;
  readonly number: number;
  readonly machine: string;
  /** The sign of life of the process. */
  readonly process: string;
}
