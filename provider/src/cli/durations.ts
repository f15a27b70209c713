import { durationForm, parseDuration } from "../duration";
import { InvalidArgumentError } from "../errors";

/** Reads the duration that an option has, in milliseconds. @throws {@link InvalidArgumentError} when it isn't a duration. */
export function readDuration(option: string, text: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== undefined) return milliseconds;
  throw new InvalidArgumentError({
    attempted: "Reading the options",
    target: option,
    answer: `${JSON.stringify(text)} isn't a duration`,
    outcome: "The host was not contacted",
    remedy: `Write ${durationForm}`,
  });
}
