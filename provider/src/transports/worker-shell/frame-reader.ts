/** One answer of the worker, found among whatever else the shell prints. */
export interface Frame {
  /** The number of the request that it answers. */
  readonly number: number;
  /** The JSON that came in it. */
  readonly text: string;
}

/** Receives what the shell prints. */
export interface FrameListener {
  readonly onFrame: (frame: Frame) => void;
  /** Handles a line that isn't a response: a banner, a warning, a line of another program. */
  readonly onNoise: (line: string) => void;
  /** Handles output that begins like a response and isn't one, or that never ends. */
  readonly onGarbage: (problem: string) => void;
}

/** The longest response that isn't garbage: a million instances would be shorter. */
const longestLine = 64 * 1024 * 1024;

/**
 * Finds answers in what a shell writes to its standard output.
 *
 * An answer is a line `#<token>:<number>:<base64 of JSON>`. PowerShell 7 on Unix writes control sequences in front of it, so
 * the token may stand anywhere in the line; Windows PowerShell ends lines with CRLF.
 */
export class FrameReader {
  private readonly marker: string;
  private readonly listener: FrameListener;
  private parts: string[] = [];
  private length = 0;

  constructor(token: string, listener: FrameListener) {
    this.marker = `#${token}:`;
    this.listener = listener;
  }

  /** Takes the next piece of output, cut anywhere. */
  push(piece: string): void {
    let from = 0;
    for (let at = piece.indexOf("\n"); at >= 0; at = piece.indexOf("\n", from)) {
      this.parts.push(piece.slice(from, at));
      const line = this.parts.join("");
      this.parts = [];
      this.length = 0;
      from = at + 1;
      this.read(line.endsWith("\r") ? line.slice(0, -1) : line);
    }
    if (from === piece.length) return;
    this.parts.push(piece.slice(from));
    this.length += piece.length - from;
    if (this.length > longestLine) this.listener.onGarbage(`a line of more than ${longestLine} characters`);
  }

  private read(line: string): void {
    const at = line.indexOf(this.marker);
    if (at < 0) return this.listener.onNoise(line);
    const [, number, data] = /^(\d+):([A-Za-z0-9+/]+=*)$/.exec(line.slice(at + this.marker.length)) ?? [];
    if (number === undefined || data === undefined) return this.listener.onGarbage("an answer that isn't base64");
    this.listener.onFrame({ number: Number(number), text: Buffer.from(data, "base64").toString("utf8") });
  }
}
