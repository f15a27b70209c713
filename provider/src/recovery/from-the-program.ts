import { readdirSync } from "node:fs";
import { rmdir, unlink } from "node:fs/promises";
import { join } from "node:path";
import { readYaml } from "../dynamic/read-yaml";
import { backendUrl, intentFile, intentsFolder, isIntentFile, resourceFolder } from "./location";

/** A resource, as the program knows it. */
export interface ProgramResource {
  readonly organization: string;
  readonly urn: string;
  /** Where intents are kept, if the configuration says so. */
  readonly intents: string | undefined;
}

/** Whether something was begun for a resource that may not have arrived in the state. */
export function wasBegun(resource: ProgramResource): boolean {
  try {
    return readdirSync(folderOf(resource)).some(isIntentFile);
  } catch {
    return false;
  }
}

/** Forgets what was begun for a resource: its id has resolved in the program, so that the state has it. */
export async function forgetSaved(resource: ProgramResource, id: string): Promise<void> {
  const folder = folderOf(resource);
  try {
    await unlink(join(folder, intentFile(id)));
    await rmdir(folder);
  } catch {
    // there is more in it, or nothing; the next call that carries the id removes it otherwise
  }
}

function folderOf({ organization, urn, intents }: ProgramResource): string {
  const place = { environment: process.env, workingFolder: process.cwd() };
  const who = { organization, urn, backend: backendUrl(place, readYaml) };
  return join(intentsFolder(place, intents), resourceFolder(who));
}
