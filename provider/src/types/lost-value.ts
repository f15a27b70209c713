/** The key that stands in for a value that JSON would lose, with the value's kind: `check` refuses it, and names the kind. */
export const lostValueKey = "__lost";

/** The kind of a file or an archive, whose content nothing compares. */
export const lostFile = "asset";
