import { HyperVError } from "../errors";
import type { Surroundings } from "./surroundings";

/** What a command says: for people as text, for programs (`--json`) as one JSON value on standard output. */
export class Report {
  readonly isJson: boolean;
  private readonly surroundings: Surroundings;

  constructor(surroundings: Surroundings, isJson: boolean) {
    this.surroundings = surroundings;
    this.isJson = isJson;
  }

  /** The result: JSON for programs, or the text that is made of it. */
  result(value: unknown, text: () => string): void {
    this.surroundings.stdout.write(`${this.isJson ? JSON.stringify(value, null, 2) : text()}\n`);
  }

  /** Something for people only, before the result. */
  text(text: string): void {
    if (!this.isJson) this.surroundings.stdout.write(`${text}\n`);
  }

  /** Something that a person ought to know beside the result, on standard error. */
  note(text: string): void {
    this.surroundings.stderr.write(`${text}\n`);
  }

  /** A failure: its message alone, since that says everything; a stack only where nobody expected it. */
  failure(error: unknown): void {
    this.surroundings.stderr.write(
      `${this.isJson ? JSON.stringify({ error: asJson(error) }, null, 2) : asText(error)}\n`,
    );
  }
}

function asText(error: unknown): string {
  if (HyperVError.isInstance(error)) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function asJson(error: unknown): object {
  if (HyperVError.isInstance(error)) {
    const { code, name, message, parts } = error;
    return { code, name, message, ...parts };
  }
  return { code: "UNEXPECTED", message: error instanceof Error ? error.message : String(error) };
}
