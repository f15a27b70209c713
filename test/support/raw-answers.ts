import { createServer, type Server, type Socket } from "node:net";

/** Answers every request of every connection with bytes of the test's own, whatever they are. */
export class RawAnswers {
  /** How many requests have come. */
  requests = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  private constructor(answer: (request: string, number: number) => Buffer | string | undefined) {
    this.server = createServer((socket) => {
      this.sockets.add(socket);
      socket.on("error", () => {}).on("close", () => this.sockets.delete(socket));
      let got = "";
      socket.on("data", (data) => {
        got += data.toString("latin1");
        const [, length] = /content-length: (\d+)/i.exec(got) ?? [];
        const end = got.indexOf("\r\n\r\n");
        if (end < 0 || got.length < end + 4 + Number(length ?? 0)) return;
        const request = got;
        got = "";
        this.requests += 1;
        const answered = answer(request, this.requests);
        if (answered === undefined) socket.destroy();
        else socket.write(answered);
      });
    });
  }

  /** @param answer - Makes the answer to a request; `undefined` closes the connection. */
  static async start(answer: (request: string, number: number) => Buffer | string | undefined): Promise<RawAnswers> {
    const server = new RawAnswers(answer);
    await new Promise<void>((resolve) => server.server.listen(0, "127.0.0.1", resolve));
    return server;
  }

  get port(): number {
    return (this.server.address() as { port: number }).port;
  }

  /** Counts the open connections. */
  get connections(): number {
    return this.sockets.size;
  }

  /** Sends bytes over every connection, although nothing was asked. */
  send(bytes: Buffer): void {
    for (const socket of this.sockets) socket.write(bytes);
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** An HTTP answer with a body. */
export function httpAnswer(status: number, type: string, body: string | Buffer, headers = ""): Buffer {
  const content = Buffer.from(body);
  const head = `HTTP/1.1 ${status} X\r\nContent-Type: ${type}\r\nContent-Length: ${content.length}\r\n${headers}\r\n`;
  return Buffer.concat([Buffer.from(head), content]);
}
