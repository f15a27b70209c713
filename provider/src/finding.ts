import { HyperVError } from "./errors";

/** What came of one try. */
export interface Finding {
  /** What was tried. */
  readonly what: string;
  readonly status: "ok" | "warning" | "failed" | "skipped";
  /** What was found; secrets are left out. */
  readonly answer: string;
  /** What to do, where it isn't well. */
  readonly remedy?: string;
}

/** A try that went well. */
export const fine = (what: string, answer: string): Finding => ({ what, status: "ok", answer });

/** Something that may hinder. */
export const doubtful = (what: string, answer: string, remedy: string): Finding => ({
  what,
  status: "warning",
  answer,
  remedy,
});

/** Something without which it can't work. */
export const bad = (what: string, answer: string, remedy: string): Finding => ({
  what,
  status: "failed",
  answer,
  remedy,
});

/** A try that makes no sense while another one fails. */
export const skipped = (what: string, because: string): Finding => ({ what, status: "skipped", answer: because });

/** What a try found that threw. */
export function failure(what: string, error: unknown): Finding {
  if (HyperVError.isInstance(error)) return bad(what, error.parts.answer, error.parts.remedy);
  return bad(what, error instanceof Error ? error.message : String(error), "Report it: this failure is not expected");
}
