import { createHash, randomBytes } from "node:crypto";
import { ConnectionError } from "../errors";
import type { Clock } from "../jobs/clock";
import { waitUntil } from "../jobs/wait-until";
import type { Liveness } from "./liveness";
import { locksFolder } from "./location";
import type { RecordFiles } from "./record-files";

/** The right to work on a resource, its group and its machines, which no other process has at the same time. */
export interface Lock {
  /**
   * Makes sure, before something is sent, that the lock is still held: another machine may have taken it over while this process was suspended.
   *
   * @throws {@link ConnectionError} when it is lost.
   */
  confirm(): Promise<void>;
  release(): Promise<void>;
}

/** A ticket that isn't renewed for this long, by the observer's clock, belongs to a dead process of another machine. */
const leaseMs = 60_000;
const renewMs = 15_000;
const lookMs = 250;

/** A place in the line. */
interface Ticket {
  readonly name: string;
  readonly number: number;
  readonly machine: string;
  readonly process: string;
  /** What it locks, where this object has drawn it; otherwise only its file tells. */
  readonly keys?: ReadonlySet<string>;
}

/**
 * Hands out locks: each operation has one ticket, a file `ticket-NUMBER-MACHINE-PROCESS-…` that lists hashes of what it locks, with a number
 * above all that are there.
 *
 * An operation that finds a higher number beside its own came too late and draws again; all others wait for tickets with lower numbers that
 * lock the same things. On one machine only a dead process loses its ticket, and at once; the ticket of another machine is a lease.
 */
export class Locks {
  private readonly files: RecordFiles;
  private readonly clock: Clock;
  private readonly liveness: Liveness;
  private readonly held = new Set<Lock>();
  /** The tickets drawn here, by name: with a thousand operations in flight, each would read the files of all others. */
  private readonly drawn = new Map<string, Ticket>();
  private drawing: Promise<unknown> = Promise.resolve();
  private hasSwept = false;

  constructor(files: RecordFiles, clock: Clock, liveness: Liveness) {
    this.files = files;
    this.clock = clock;
    this.liveness = liveness;
  }

  /**
   * Waits until no other process works on any of some things.
   *
   * @param signal - Ends the waiting.
   */
  async take(things: readonly string[], onWaiting: () => void, signal?: AbortSignal): Promise<Lock> {
    const keys = new Set(things.map(keyOf));
    const ticket = await this.inLine(keys);
    try {
      await this.waitForTurn(ticket, keys, onWaiting, signal);
    } catch (error) {
      await this.discard(ticket).catch(() => {});
      throw error;
    }
    return this.hold(ticket, keys);
  }

  /** Draws a ticket above all that are there. Processes draw side by side; one process draws one at a time. */
  private inLine(keys: ReadonlySet<string>): Promise<Ticket> {
    const drawn = this.drawing.then(async () => {
      for (;;) {
        const ticket = await this.draw(keys);
        const tickets = await this.tickets();
        if (!tickets.some(({ name }) => name > ticket.name)) return ticket;
        await this.discard(ticket);
      }
    });
    this.drawing = drawn.catch(() => {});
    return drawn;
  }

  private async draw(keys: ReadonlySet<string>): Promise<Ticket> {
    const { machine, process } = this.liveness;
    const number = (await this.tickets()).reduce((highest, ticket) => Math.max(highest, ticket.number), 0) + 1;
    const name = `ticket-${String(number).padStart(6, "0")}-${machine}-${process}-${randomBytes(3).toString("hex")}`;
    const ticket = { name, number, machine, process, keys };
    this.drawn.set(name, ticket);
    try {
      await this.files.mark(locksFolder, name, textOf(keys));
    } catch (error) {
      this.drawn.delete(name);
      throw error;
    }
    return ticket;
  }

  private async discard({ name }: Ticket): Promise<void> {
    this.drawn.delete(name);
    await this.files.remove(locksFolder, name);
  }

  private async waitForTurn(
    own: Ticket,
    keys: ReadonlySet<string>,
    onWaiting: () => void,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const watched = new Map<string, { readonly text: string | undefined; readonly since: number }>();
    const isDead = ({ name, machine, process }: Ticket, text: string | undefined) => {
      if (machine === this.liveness.machine) {
        const isAlive = this.liveness.isAlive(process);
        if (isAlive !== undefined) return !isAlive;
      }
      const seen = watched.get(name);
      if (seen !== undefined && seen.text === text) return this.clock.now() - seen.since > leaseMs;
      watched.set(name, { text, since: this.clock.now() });
      return false;
    };
    let renewedAt = this.clock.now();
    let hasReported = false;
    await waitUntil<void, void>(this.clock, {
      look: async () => {
        let isFree = true;
        for (const ticket of await this.tickets()) {
          if (ticket.name >= own.name) continue;
          if (ticket.keys) {
            if ([...ticket.keys].some((key) => keys.has(key))) isFree = false;
            continue;
          }
          const text = await this.files.read(locksFolder, ticket.name).catch(() => undefined);
          if (isDead(ticket, text)) await this.files.remove(locksFolder, ticket.name);
          else if (text !== undefined && keysIn(text).some((key) => keys.has(key))) isFree = false;
        }
        return isFree ? { done: undefined } : { waitFor: undefined };
      },
      until: () => Number.POSITIVE_INFINITY,
      firstPauseMs: lookMs,
      longestPauseMs: lookMs,
      onWaiting: () => {
        if (!hasReported) onWaiting();
        hasReported = true;
        if (this.clock.now() - renewedAt < renewMs) return;
        renewedAt = this.clock.now();
        this.renew(own, keys).catch(() => {}); // the next one may succeed
      },
      late: () => undefined,
      ...(signal && { signal }),
    });
  }

  private hold(own: Ticket, keys: ReadonlySet<string>): Lock {
    let renewing: Promise<void> = Promise.resolve();
    const timer = setInterval(() => {
      renewing = this.renew(own, keys).catch(() => {}); // the next one may succeed
    }, renewMs);
    timer.unref();
    const lock: Lock = {
      confirm: async () => {
        if ((await this.files.read(locksFolder, own.name)) !== undefined) return;
        throw new ConnectionError(
          {
            attempted: "Working on this resource",
            target: this.files.locate(locksFolder, own.name),
            answer: "another process has taken over the lock, because this one was suspended for too long",
            outcome: "This process sent nothing more",
            remedy: "Look at the output of the other run",
          },
          { effect: "none" },
        );
      },
      release: async () => {
        this.held.delete(lock);
        clearInterval(timer);
        await renewing;
        await this.discard(own).catch(() => {}); // it dies with this process at the latest
      },
    };
    this.held.add(lock);
    return lock;
  }

  /** Removes the tickets of dead processes of this machine, once in the life of a process: no run may ever wait for them. */
  async sweep(): Promise<void> {
    if (this.hasSwept) return;
    this.hasSwept = true;
    for (const { name, machine, process } of await this.tickets()) {
      if (machine === this.liveness.machine && this.liveness.isAlive(process) === false)
        await this.files.remove(locksFolder, name);
    }
  }

  /** Releases every lock of this process, which is about to end. */
  async releaseAll(): Promise<void> {
    await Promise.all([...this.held].map((lock) => lock.release()));
  }

  /** Shows that this process still lives. A ticket that was released, or taken over, is never made again. */
  private renew(own: Ticket, keys: ReadonlySet<string>): Promise<void> {
    return this.files.renew(locksFolder, own.name, textOf(keys));
  }

  /** The tickets, in no order. */
  private async tickets(): Promise<readonly Ticket[]> {
    return (await this.files.list(locksFolder)).flatMap((name) => {
      const own = this.drawn.get(name);
      if (own) return [own];
      const [, number, machine, process] = /^ticket-(\d{6})-([0-9a-f]{12})-(\w+-\w+)-[0-9a-f]{6}$/.exec(name) ?? [];
      return number && machine && process ? [{ name, number: Number(number), machine, process }] : [];
    });
  }
}

/** Hides what is locked: the name of a resource may be a secret. */
const keyOf = (thing: string): string => createHash("sha256").update(thing.toLowerCase()).digest("hex").slice(0, 24);

/** The text of a ticket: what it locks, and a word that is new each time. */
const textOf = (keys: ReadonlySet<string>): string => `${[...keys].join(" ")}\n${randomBytes(6).toString("hex")}`;

const keysIn = (text: string): readonly string[] => text.split("\n")[0]?.split(" ") ?? [];
