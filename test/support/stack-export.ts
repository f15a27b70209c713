import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { temporaryFolder } from "./temporary-folder";

/** A resource of a state. */
export interface StateResource {
  readonly urn: string;
  readonly id: string;
  readonly delete?: boolean;
  readonly pendingReplacement?: boolean;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

/**
 * Stands in for the CLI where a provider process runs without one: it answers `pulumi stack export` with a state that the test writes, and
 * `pulumi stack ls` with one stack.
 */
export class StackExport {
  private readonly folder = temporaryFolder();
  private readonly file = join(this.folder, "state.json");

  constructor() {
    const command = join(this.folder, "bin", "pulumi");
    mkdirSync(join(this.folder, "bin"));
    const list = JSON.stringify([{ name: "organization/project/stack" }]);
    writeFileSync(
      command,
      `#!/bin/sh\nif [ "$2" = ls ]; then [ -e '${this.file}' ] && echo '${list}'; else exec cat '${this.file}'; fi\n`,
    );
    chmodSync(command, 0o755);
  }

  /** The environment of a process that asks it. */
  get environment(): Record<string, string> {
    return { PATH: `${join(this.folder, "bin")}${delimiter}${process.env["PATH"]}` };
  }

  /** Writes what the state holds; undefined when it can't be asked. */
  save(resources: readonly StateResource[] | undefined): void {
    if (resources) writeFileSync(this.file, JSON.stringify({ version: 3, deployment: { resources } }));
    else rmSync(this.file, { force: true });
  }
}
