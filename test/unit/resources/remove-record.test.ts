import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { removeRecord } from "../../../provider/src/resources/remove-record";
import { temporaryFolder } from "../../support/temporary-folder";

const id = "00000000-0000-4000-8000-000000000000";
const folderName = "0123456789abcdef0123456789abcdef";

function fileIn(folder: string, name: string): string {
  const path = join(temporaryFolder(), folder);
  mkdirSync(path);
  writeFileSync(join(path, name), "{}");
  return join(path, name);
}

it("removes a record, and the folder with its last file", async () => {
  const file = fileIn(folderName, `${id}.json`);
  await removeRecord(file, id);
  expect(existsSync(join(file, ".."))).toBe(false);
  await removeRecord(file, id);
});

it.each([
  ["of another name", folderName, "Pulumi.yaml"],
  ["in another folder", "program", `${id}.json`],
])("doesn't remove a file %s, since the path comes from a state", async (_, folder, name) => {
  const file = fileIn(folder, name);
  await removeRecord(file, id);
  expect(existsSync(file)).toBe(true);
});
