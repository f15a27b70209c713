import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { repository } from "./demo-pulumi";
import { drawPicture, pictureLines } from "./picture";

// Writes the README's picture of the terminal from a run of the demo: npm run picture
const folder = mkdtempSync(join(tmpdir(), "hyperv-snapshots-picture-"));
try {
  const env = { ...process.env, DEMO_FOLDER: folder };
  const output = execFileSync(process.execPath, [join(__dirname, "main.js")], { encoding: "utf8", env });
  writeFileSync(join(repository, "docs", "demo.svg"), drawPicture(pictureLines(output)));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
