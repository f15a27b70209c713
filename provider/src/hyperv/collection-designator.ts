import { CimInstancePath } from "../cim/cim-instance-path";
import { InvalidArgumentError } from "../errors";
import { ClassName } from "../schema/names";

/** How a program names a VM group. */
export type CollectionDesignator =
  | { readonly kind: "path"; readonly id: string }
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "name"; readonly name: string };

const guid = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;

/** Writes a GUID in upper case without braces: the form in which two ids are compared. Other text is only put in upper case. */
export function normalizeGuid(text: string): string {
  return (guid.exec(text)?.[1] ?? text).toUpperCase();
}

/**
 * Reads `collection` as a program gives it: an object path, a `CollectionID` in any form, else a name.
 *
 * @param classNames - The classes that a path may name.
 * @throws {@link InvalidArgumentError} for a malformed path or id.
 */
export function readCollectionDesignator(
  text: string,
  classNames: readonly string[] = [ClassName.virtualSystemCollection],
): CollectionDesignator {
  if (text.startsWith("\\\\") || text.startsWith("//") || /\bMsvm_\w+\s*(\.|=)/i.test(text)) {
    const path = CimInstancePath.parse(text);
    const id = path.key("CollectionID");
    const isOfClass = classNames.some((name) => name.toLowerCase() === path.className.toLowerCase());
    if (!isOfClass || typeof id !== "string" || !guid.test(id)) {
      throw malformed(text, `it names ${path.relativePath}`, `${classNames[0]}.CollectionID="<a GUID>"`);
    }
    return { kind: "path", id: normalizeGuid(id) };
  }
  if (guid.test(text)) return { kind: "id", id: normalizeGuid(text) };
  if (/^\{.*\}$/.test(text) || /^[0-9a-f]{6,10}(-[0-9a-f]+){3,5}$/i.test(text)) {
    throw malformed(
      text,
      "it looks like a GUID but is malformed",
      "8-4-4-4-12 hexadecimal digits, such as 6B29FC40-CA47-1067-B31D-00DD010662DA",
    );
  }
  if (text.trim() === "") throw malformed(text, "it is empty", "a name, a CollectionID or an object path");
  return { kind: "name", name: text };
}

function malformed(text: string, answer: string, expected: string): InvalidArgumentError {
  return new InvalidArgumentError({
    attempted: "Reading the reference to a collection",
    target: JSON.stringify(text),
    answer,
    outcome: "Nothing was asked of the host",
    remedy: `Write ${expected}`,
  });
}
