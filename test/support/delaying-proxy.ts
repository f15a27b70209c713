import { connect, createServer, type Server, type Socket } from "node:net";

/** A round trip, in milliseconds on the clock of the process. */
export interface RoundTrip {
  readonly from: number;
  to: number;
  /** Whether it is a part of a log-on and not a request of its own. */
  readonly isLogOn: boolean;
}

/** Lies between a client and a host and makes the host as far away as is said; keeps when each request went and its answer came. */
export class DelayingProxy {
  readonly roundTrips: RoundTrip[] = [];
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(hostPort: number, oneWayMs: number) {
    this.server = createServer((client) => {
      const host = connect(hostPort, "127.0.0.1");
      let trip: RoundTrip | undefined;
      for (const socket of [client, host]) {
        socket.setNoDelay(true);
        this.sockets.add(socket);
        socket
          .on("error", () => {})
          .on("close", () => {
            client.destroy();
            host.destroy();
            this.sockets.delete(socket);
          });
      }
      client.on("data", (data) => {
        if (trip === undefined) {
          const isLogOn = data.includes("Authorization: Negotiate");
          trip = { from: performance.now(), to: Number.POSITIVE_INFINITY, isLogOn };
          this.roundTrips.push(trip);
        }
        setTimeout(() => host.write(data), oneWayMs);
      });
      host.on("data", (data) => {
        const answered = trip;
        trip = undefined;
        setTimeout(() => {
          if (answered) answered.to = performance.now();
          client.write(data);
        }, oneWayMs);
      });
    });
  }

  static async start(hostPort: number, roundTripMs: number): Promise<DelayingProxy> {
    const proxy = new DelayingProxy(hostPort, roundTripMs / 2);
    await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** The longest chain of round trips of which each began after the one before had ended. */
export function sequential(trips: readonly Pick<RoundTrip, "from" | "to">[]): number {
  let [count, end] = [0, Number.NEGATIVE_INFINITY];
  for (const { from, to } of trips.toSorted((a, b) => a.to - b.to)) {
    if (from < end) continue;
    count += 1;
    end = to;
  }
  return count;
}
