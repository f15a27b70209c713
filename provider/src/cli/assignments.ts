import { InvalidArgumentError } from "../errors";

/**
 * Reads `name=value` words into an object; `job.endState=10` sets `endState` in `job`.
 *
 * @param values - Whether a value is read as JSON where it is some (`10`, `true`), or stays text.
 * @throws {@link InvalidArgumentError} for a word of another form.
 */
export function readAssignments(words: readonly string[], values: "json" | "text"): Record<string, unknown> {
  const read: Record<string, unknown> = {};
  for (const word of words) {
    const [, path, text] = /^([A-Za-z.]+)=(.*)$/s.exec(word) ?? [];
    if (path === undefined || text === undefined) throw malformed(word);
    const names = path.split(".");
    const last = names.pop() ?? "";
    let object = read;
    for (const name of names) {
      object[name] ??= {};
      object = object[name] as Record<string, unknown>;
    }
    object[last] = values === "json" ? jsonOrText(text) : text;
  }
  return read;
}

function jsonOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function malformed(word: string): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: "Reading what is to be set",
    target: JSON.stringify(word),
    answer: "it isn't of the form name=value",
    outcome: "Nothing was changed",
    remedy: "Write it as name=value, such as membersOff=accept or job.atPercent=40",
  });
}
