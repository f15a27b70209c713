import { createHash, randomBytes } from "node:crypto";
import { GuardError } from "../errors";
import type { Clock } from "../jobs/clock";
import { waitUntil } from "../jobs/wait-until";
import { durationText } from "../moment-text";
import type { Liveness } from "./liveness";
import { locksFolder, type RecordFiles } from "./record-files";

/** The right to work on a resource, its group and its machines, which no other process has at the same time. */
export interface Lock {
  /**
   * Waits until no other process works on any of some more things, and locks them, too.
   *
   * Every operation locks its group first and then its machines, so that no two wait for each other.
   */
  extend(things: readonly string[], waiting: LockWait): Promise<void>;
  /**
   * Makes sure, before something is sent, that the lock is still held: another machine may have taken it over while this process was suspended.
   *
   * @throws {@link GuardError} with the code `LOCKED` when it is lost.
   */
  confirm(): Promise<void>;
  release(): Promise<void>;
}

/** How to wait for a lock. */
export interface LockWait {
  /** Called when there is something to wait for. @param holder - Who has the lock, for people. */
  readonly onWaiting: (holder: string) => void;
  /** How long to wait for other processes, in milliseconds, since `startedAt`. Operations of this process are waited for without a limit. */
  readonly timeoutMs: number;
  /** When the waiting began, on the clock; now by default. */
  readonly startedAt?: number;
  /** Ends the waiting. */
  readonly signal?: AbortSignal;
}

/** A ticket that isn't renewed for this long, by the observer's clock, belongs to a dead process of another machine. */
const leaseMs = 60_000;
const renewMs = 15_000;
const lookMs = 250;
/** How many tickets a process draws at once. If all of a thousand operations start in one moment, they need a third more memory. */
const drawnTogether = 8;

/** A place in the line. */
interface Ticket {
  readonly name: string;
  readonly number: number;
  readonly machine: string;
  readonly process: string;
  /** What it locks, where this object has drawn it; otherwise only its file tells. */
  readonly keys?: ReadonlySet<string>;
}

/** A ticket of this process. */
interface OwnTicket extends Ticket {
  readonly keys: Set<string>;
  /** The tickets that were there right after it was drawn, until they were looked at. */
  present?: readonly Ticket[] | undefined;
}

/** An operation that waits for a ticket. */
interface Drawer {
  readonly keys: Set<string>;
  readonly resolve: (ticket: OwnTicket) => void;
  readonly reject: (reason: unknown) => void;
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
  private readonly drawn = new Map<string, OwnTicket>();
  /** The tickets of this process that lock nothing any more, until their files are removed. */
  private readonly discarded = new Set<string>();
  private readonly drawers: Drawer[] = [];
  private isDrawing = false;
  private hasSwept = false;

  constructor(files: RecordFiles, clock: Clock, liveness: Liveness) {
    this.files = files;
    this.clock = clock;
    this.liveness = liveness;
  }

  /**
   * Waits until no other process works on any of some things.
   *
   * @throws {@link GuardError} with the code `LOCKED` when the time is over.
   */
  async take(things: readonly string[], waiting: LockWait): Promise<Lock> {
    return this.hold(await this.obtain(things, waiting));
  }

  private async obtain(things: readonly string[], waiting: LockWait): Promise<OwnTicket> {
    const ticket = await this.draw(new Set(things.map(keyOf)));
    try {
      await this.untilFree(ticket, waiting);
    } catch (error) {
      await this.discard(ticket);
      throw error;
    }
    return ticket;
  }

  /** Draws a ticket above all that are there. Processes draw side by side; one process draws for all its waiting operations together. */
  private draw(keys: Set<string>): Promise<OwnTicket> {
    return new Promise((resolve, reject) => {
      this.drawers.push({ keys, resolve, reject });
      if (!this.isDrawing) void this.drawAll();
    });
  }

  private async drawAll(): Promise<void> {
    this.isDrawing = true;
    while (this.drawers.length > 0) {
      const drawers = this.drawers.splice(0, drawnTogether);
      await this.drawTogether(drawers).catch((error) => {
        for (const { reject } of drawers) reject(error);
      });
    }
    this.isDrawing = false;
  }

  private async drawTogether(drawers: readonly Drawer[]): Promise<void> {
    const { machine, process } = this.liveness;
    const highest = (await this.tickets()).reduce((above, { number }) => Math.max(above, number), 0);
    const tickets = drawers.map(({ keys }, at): OwnTicket => {
      const number = highest + 1 + at;
      const name = `ticket-${String(number).padStart(6, "0")}-${machine}-${process}-${randomBytes(3).toString("hex")}`;
      return { name, number, machine, process, keys };
    });
    const present = await this.place(tickets);
    for (const [at, ticket] of tickets.entries()) {
      const drawer = drawers[at] as Drawer;
      const isLate = present.some(({ name }) => name > ticket.name && !this.drawn.has(name));
      if (isLate) {
        await this.discard(ticket);
        this.drawers.push(drawer);
      } else drawer.resolve(Object.assign(ticket, { present }));
    }
  }

  /** Writes tickets, or none. @returns All that are there afterwards. */
  private async place(tickets: readonly OwnTicket[]): Promise<readonly Ticket[]> {
    for (const ticket of tickets) this.drawn.set(ticket.name, ticket);
    const marks = tickets.map(({ name, keys }) => this.files.mark(locksFolder, name, textOf(keys)));
    try {
      for (const mark of await Promise.allSettled(marks)) if (mark.status === "rejected") throw mark.reason;
      return await this.tickets();
    } catch (error) {
      await Promise.all(tickets.map((ticket) => this.discard(ticket)));
      throw error;
    }
  }

  /** Removes a ticket. If that fails, it locks nothing in this process, and for others it dies with this process. */
  private async discard({ name }: Ticket): Promise<void> {
    this.drawn.delete(name);
    this.discarded.add(name);
    await this.files.remove(locksFolder, name).then(
      () => this.discarded.delete(name),
      () => {},
    );
  }

  private async untilFree(own: OwnTicket, waiting: LockWait): Promise<void> {
    const { onWaiting, timeoutMs, startedAt = this.clock.now(), signal } = waiting;
    const watched = new Map<string, { readonly text: string | null | undefined; readonly since: number }>();
    const isDead = ({ name, machine, process }: Ticket, text: string | null | undefined) => {
      if (machine === this.liveness.machine) {
        const isAlive = this.liveness.isAlive(process);
        if (isAlive !== undefined) return !isAlive;
      }
      const before = watched.get(name);
      if (before !== undefined && before.text === text) return this.clock.now() - before.since > leaseMs;
      watched.set(name, { text, since: this.clock.now() });
      return false;
    };
    const until = startedAt + timeoutMs;
    let renewedAt = this.clock.now();
    let hasReported = false;
    let isOurs = false;
    await waitUntil<void, Ticket>(this.clock, {
      look: async () => {
        const tickets = (own.present ?? (await this.tickets())).filter(({ name }) => name < own.name);
        own.present = undefined;
        let holder: Ticket | undefined;
        // the newest first: an extended lock's first ticket lists everything before the second one goes
        const others = tickets.filter(({ keys }) => keys === undefined).sort((a, b) => (a.name < b.name ? 1 : -1));
        for (const ticket of others) {
          // one that can't be read now may lock anything
          const text = await this.files.read(locksFolder, ticket.name).catch(() => null);
          if (isDead(ticket, text)) await this.files.remove(locksFolder, ticket.name);
          else if (text === null || (text && keysIn(text).some((key) => own.keys.has(key)))) holder = ticket;
        }
        // in one step, since nothing may change in between
        holder ??= tickets.find(({ name, keys }) => keys && this.drawn.has(name) && meet(keys, own.keys));
        isOurs = holder?.keys !== undefined;
        return holder ? { waitFor: holder } : { done: undefined };
      },
      until: () => (isOurs ? Number.POSITIVE_INFINITY : until),
      firstPauseMs: lookMs,
      longestPauseMs: lookMs,
      onWaiting: (holder) => {
        if (!hasReported) onWaiting(this.describe(holder));
        hasReported = true;
        if (this.clock.now() - renewedAt < renewMs) return;
        renewedAt = this.clock.now();
        this.renew(own).catch(() => {}); // the next one may succeed
      },
      late: (holder) => this.locked(holder, this.clock.now() - startedAt),
      ...(signal && { signal }),
    });
  }

  /** Names, for people, the process that has a ticket. */
  private describe({ machine, process }: Ticket): string {
    return machine === this.liveness.machine
      ? `process ${process.split("-")[0]} of this computer`
      : "a process of another computer";
  }

  private locked(holder: Ticket, elapsedMs: number): GuardError {
    const name = this.describe(holder);
    const target = this.files.locate(locksFolder, holder.name);
    const after = `after ${durationText(elapsedMs)}`;
    return new GuardError(
      {
        headline: `Timed out ${after}: another run (${name}) still has the lock`,
        attempted: "Waiting for another run to release its lock",
        target,
        answer: `${name} still has it ${after}`,
        outcome: "Nothing was changed",
        remedy: `Wait until that run ends. If it hangs, end its process: its lock (${target}) is then released, after a minute at most`,
      },
      { code: "LOCKED" },
    );
  }

  private hold(own: OwnTicket): Lock {
    let renewing: Promise<void> = Promise.resolve();
    const renew = () => {
      // one after the other: the last one writes all that is locked
      const renewal = renewing.then(() => this.renew(own));
      renewing = renewal.catch(() => {}); // the next one may succeed
      return renewal;
    };
    const timer = setInterval(() => void renew().catch(() => {}), renewMs);
    timer.unref();
    const lock: Lock = {
      extend: async (things, waiting) => {
        const more = await this.obtain(things, waiting);
        for (const key of more.keys) own.keys.add(key);
        try {
          // from here on the first ticket locks everything, so that a long operation has only one
          await renew();
          // another machine may have taken over the second one alone, whose lease began earlier
          await this.confirm(more);
        } finally {
          await this.discard(more);
        }
      },
      confirm: () => this.confirm(own),
      release: async () => {
        this.held.delete(lock);
        clearInterval(timer);
        await renewing;
        await this.discard(own);
      },
    };
    this.held.add(lock);
    return lock;
  }

  private async confirm({ name }: OwnTicket): Promise<void> {
    if ((await this.files.read(locksFolder, name)) !== undefined) return;
    throw new GuardError(
      {
        headline: "Another run has taken over the lock, because this one was suspended for too long",
        attempted: "Working on this resource",
        target: this.files.locate(locksFolder, name),
        answer: "another run has taken over the lock, because this one was suspended for too long",
        outcome: "This process sent nothing more",
        remedy: "Look at the output of the other run",
      },
      { code: "LOCKED" },
    );
  }

  /** Removes the tickets of dead processes of this machine, once in the life of a process: no run may ever wait for them. */
  async sweep(): Promise<void> {
    if (this.hasSwept) return;
    this.hasSwept = true;
    for (const { name, machine, process } of await this.tickets()) {
      if (machine === this.liveness.machine && this.liveness.isAlive(process) === false)
        await this.files.remove(locksFolder, name).catch(() => {}); // the next process tries again
    }
  }

  /** Releases every lock of this process, which is about to end. */
  async releaseAll(): Promise<void> {
    await Promise.all([...this.held].map((lock) => lock.release()));
  }

  /** Shows that this process still lives. A ticket that was released, or taken over, is never made again. */
  private renew({ name, keys }: OwnTicket): Promise<void> {
    return this.files.renew(locksFolder, name, textOf(keys));
  }

  /** The tickets, in no order. */
  private async tickets(): Promise<readonly Ticket[]> {
    return (await this.files.list(locksFolder)).flatMap((name) => {
      const own = this.drawn.get(name);
      if (own) return [own];
      if (this.discarded.has(name)) return [];
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

/** An operation that waits. */
interface Queued {
  readonly keys: ReadonlySet<string>;
  /** Of several deletes, the newest snapshot's goes first; all else keeps its order. */
  readonly newestFirst: string | undefined;
  /** A delete waits a moment for others, so that the newest can go first. */
  isReady: boolean;
  readonly begin: () => void;
}

/** How long a delete waits for others of the same group. */
const gatherMs = 50;

/** How an operation queues. */
export interface QueueOptions {
  /** Called when the operation has to wait for another one. */
  readonly onWaiting?: () => void;
  /** For a delete: when its snapshot was created, ISO 8601. */
  readonly newestFirst?: string;
}

/**
 * Lets operations that touch the same group or the same machine run one after the other; all others run side by side.
 *
 * The engine starts a stack's deletes together and in any order. Destroying an older snapshot first may also destroy those that depend on it.
 */
export class Queue {
  private readonly clock: Clock;
  private readonly running = new Set<ReadonlySet<string>>();
  private waiting: Queued[] = [];

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /**
   * Runs an operation once no earlier one shares a key with it.
   *
   * @param keys - The ids of the group and of the machines that it touches.
   */
  async run<T>(keys: readonly string[], operation: () => Promise<T>, options: QueueOptions = {}): Promise<T> {
    const own: ReadonlySet<string> = new Set(keys.map((key) => key.toLowerCase()));
    await this.untilFree(own, options);
    try {
      return await operation();
    } finally {
      this.running.delete(own);
      this.next();
    }
  }

  private async untilFree(keys: ReadonlySet<string>, { onWaiting, newestFirst }: QueueOptions): Promise<void> {
    let hasBegun = false;
    const begun = new Promise<void>((resolve) => {
      const begin = () => {
        hasBegun = true;
        this.running.add(keys);
        resolve();
      };
      const queued: Queued = { keys, newestFirst, isReady: newestFirst === undefined, begin };
      this.waiting.push(queued);
      if (newestFirst === undefined) return;
      void this.clock.sleep(gatherMs).then(() => {
        queued.isReady = true;
        this.next();
      });
    });
    this.next();
    // a delete that only waits for others to be gathered says nothing
    if (!hasBegun && (newestFirst === undefined || this.isBusy(keys))) onWaiting?.();
    await begun;
  }

  private isBusy(keys: ReadonlySet<string>): boolean {
    return [...this.running].some((others) => meet(keys, others));
  }

  /** Starts every operation that no running or earlier one blocks. */
  private next(): void {
    const ahead = [...this.running];
    for (const first of [...this.waiting]) {
      const queued = first.newestFirst === undefined ? first : this.newestBeside(first);
      if (queued.isReady && !ahead.some((keys) => meet(queued.keys, keys))) {
        this.waiting = this.waiting.filter((other) => other !== queued);
        queued.begin();
        return this.next();
      }
      ahead.push(first.keys);
    }
  }

  /** Finds the newest delete among those that touch what one touches. */
  private newestBeside(one: Queued): Queued {
    const newer = this.waiting.find(
      (other) => (other.newestFirst ?? "") > (one.newestFirst ?? "") && meet(other.keys, one.keys),
    );
    return newer ? this.newestBeside(newer) : one;
  }
}

function meet(some: ReadonlySet<string>, others: ReadonlySet<string>): boolean {
  for (const key of some) if (others.has(key)) return true;
  return false;
}
