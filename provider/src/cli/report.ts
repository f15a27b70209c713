import { HyperVError } from "../errors";
import type { Surroundings } from "./surroundings";

/** The version of all `--json` forms: `docs/json/`. A change that a reader must know of raises it. */
export const formatVersion = 1;

/** Writes what a command reports: text for people, or one JSON value on standard output for programs (`--json`). */
export class Report {
  readonly isJson: boolean;
  private readonly surroundings: Surroundings;

  constructor(surroundings: Surroundings, isJson: boolean) {
    this.surroundings = surroundings;
    this.isJson = isJson;
  }

  /** Writes the result: JSON for programs, text for people. */
  result(value: object, text: () => string): void {
    const json = () => JSON.stringify({ formatVersion, ...value }, null, 2);
    this.surroundings.stdout.write(`${this.isJson ? json() : text()}\n`);
  }

  /** Writes something for people only, before the result. */
  text(text: string): void {
    if (!this.isJson) this.surroundings.stdout.write(`${text}\n`);
  }

  /** Writes a note beside the result, on standard error. */
  note(text: string): void {
    this.surroundings.stderr.write(`${text}\n`);
  }

  /** Writes a failure: its message alone; with a stack trace only for an unexpected error. */
  failure(error: unknown): void {
    this.surroundings.stderr.write(
      `${this.isJson ? JSON.stringify({ formatVersion, error: asJson(error) }, null, 2) : asText(error)}\n`,
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
