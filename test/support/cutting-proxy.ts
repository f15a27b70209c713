import { connect, createServer, type Server, type Socket } from "node:net";

/** Where a connection is cut: before the host gets a request, or after it got it and before its answer gets back. */
export type CutPlace = "before" | "after";

/** Lies between a client and a host, and cuts the connection at a chosen request. */
export class CuttingProxy {
  /** How many requests have come. A log-on is two of them. */
  requests = 0;
  /** Cuts at the request of this number, once. */
  cut: { readonly at: number; readonly place: CutPlace } | undefined;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(hostPort: number) {
    this.server = createServer((client) => this.carry(client, connect(hostPort, "127.0.0.1")));
  }

  static async start(hostPort: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(hostPort);
    await new Promise<void>((resolve) => proxy.server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  /** Cuts every connection that there is now. */
  cutAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.cutAll();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private carry(client: Socket, host: Socket): void {
    let isAsking = false;
    let cutsAnswer = false;
    const end = () => {
      client.destroy();
      host.destroy();
    };
    for (const socket of [client, host]) {
      this.sockets.add(socket);
      socket.on("error", end).on("close", () => {
        this.sockets.delete(socket);
        end();
      });
    }
    client.on("data", (data) => {
      // pieces of one request come without an answer between them
      if (!isAsking) {
        this.requests += 1;
        isAsking = true;
        const { cut } = this;
        if (cut?.at === this.requests) {
          this.cut = undefined;
          if (cut.place === "before") return end();
          cutsAnswer = true;
        }
      }
      host.write(data);
    });
    host.on("data", (data) => {
      isAsking = false;
      if (cutsAnswer) return end();
      client.write(data);
    });
  }
}
