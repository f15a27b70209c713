import { resolve } from "node:path";

/** The repository's root. */
export const repositoryFolder = resolve(import.meta.dirname, "../..");
