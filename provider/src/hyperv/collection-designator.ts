import { CimInstancePath } from "../cim/cim-instance-path";
import { InvalidArgumentError } from "../errors";
import { ClassName } from "../schema/names";

/** How a program names a VM group. */
export type CollectionDesignator =
  | { readonly kind: "path"; readonly id: string }
  | { readonly kind: "id"; readonly id: string }
  | { readonly kind: "name"; readonly name: string };

const guid = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i;

/** Upper case, no braces: the form in which two ids are compared. Text that is no GUID is only put in upper case. */
export function normalizeGuid(text: string): string {
  return (guid.exec(text)?.[1] ?? text).toUpperCase();
}

/**
 * Reads what a program gives as `collection`: an object path, a `CollectionID` in any form, else a name.
 *
 * @param className - The class that a path has to name.
 * @throws {@link InvalidArgumentError} for text that is meant as a path or an id and is malformed.
 */
export function readCollectionDesignator(
  text: string,
  className: string = ClassName.virtualSystemCollection,
): CollectionDesignator {
  if (text.startsWith("\\\\") || text.startsWith("//") || /\bMsvm_\w+\s*(\.|=)/i.test(text)) {
    const path = CimInstancePath.parse(text);
    const id = path.key("CollectionID");
    if (path.className.toLowerCase() !== className.toLowerCase() || typeof id !== "string" || !guid.test(id)) {
      throw malformed(text, `it names ${path.relativePath}`, `${className}.CollectionID="<a GUID>"`);
    }
    return { kind: "path", id: normalizeGuid(id) };
  }
  if (guid.test(text)) return { kind: "id", id: normalizeGuid(text) };
  if (/^\{.*\}$/.test(text) || /^[0-9a-f]{6,10}(-[0-9a-f]+){3,5}$/i.test(text)) {
    throw malformed(
      text,
      "it has the look of a GUID and is none",
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
