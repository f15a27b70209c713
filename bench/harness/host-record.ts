import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";

/** What one process asked of the simulated host, and what of its time that was. */
export class HostRecord {
  private readonly file: string;
  private seen = 0;

  constructor(folder: string) {
    this.file = join(folder, "host-record.jsonl");
    rmSync(this.file, { force: true });
  }

  /** What a process's environment needs for its host to be recorded. */
  get environment(): Readonly<Record<string, string>> {
    return { RECORD_HOST: this.file, NODE_OPTIONS: `--require ${JSON.stringify(join(__dirname, "record-host.js"))}` };
  }

  /** What came since this was last asked. */
  next(): { readonly requests: number; readonly ms: number; readonly kinds: Readonly<Record<string, number>> } {
    const lines = existsSync(this.file)
      ? readFileSync(this.file, "utf8")
          .split("\n")
          .filter((line) => line !== "")
      : [];
    const entries = lines
      .slice(this.seen)
      .map((line) => JSON.parse(line) as { name: string; ms: number; target: string });
    this.seen = lines.length;
    const kinds: Record<string, number> = {};
    for (const { name, target } of entries.filter(isRequest)) {
      const kind = `${name} ${/FROM (\w+)/.exec(target)?.[1] ?? /:(\w+)[.=]/.exec(target)?.[1] ?? ""}`;
      kinds[kind] = (kinds[kind] ?? 0) + 1;
    }
    return { requests: entries.filter(isRequest).length, ms: entries.reduce((sum, { ms }) => sum + ms, 0), kinds };
  }
}

const isRequest = ({ name }: { readonly name: string }) => name !== "open";
