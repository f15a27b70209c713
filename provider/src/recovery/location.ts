import { createHash } from "node:crypto";
import type { Scope } from "../process/resource-call";

/** The owner of a record: a resource of a deployment. */
export interface Identity {
  readonly scope: Scope;
  readonly resource: string;
}

/** Names the folder of one resource of one deployment. */
export function resourceFolder({ scope, resource }: Identity): string {
  const { backend, organization, project, stack } = scope;
  return createHash("sha256")
    .update(JSON.stringify([backend, organization, project, stack, resource]))
    .digest("hex")
    .slice(0, 32);
}

/** Tells whether a folder's name is that of a resource. */
export const isResourceFolder = (name: string): boolean => /^[0-9a-f]{32}$/.test(name);

/** The folder of the notes of deletes, which belong to an id: a renamed resource keeps them. */
export const deletesFolder = "deletes";

/** The folder of the locks. */
export const locksFolder = "locks";

const fileOfId = (ending: string) => {
  const pattern = new RegExp(`^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\\.${ending}$`);
  return {
    /** The name of the file of a resource's id. */
    of: (id: string): string => `${id}.${ending}`,
    /** The id in a file's name; undefined for another kind of file. */
    idIn: (name: string): string | undefined => pattern.exec(name)?.[1],
  };
};

/** The file of a record. */
export const recordFile = fileOfId("json");

/** The file that says that a resource is about to be deleted, and what became of its incomplete snapshot. */
export const deleteFile = fileOfId("deleted");

/** The file that says which snapshot, or which job, a resource has. */
export const ownedFile = fileOfId("owns");
