import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryFolder } from "../support/repository";
import { temporaryFolder } from "../support/temporary-folder";

/**
 * A place at which a run can be interrupted: `KIND #COUNT before` or `… after`. The kind is that of a request to the host or of a write
 * of a recovery record, the count that of its kind in the run.
 */
export type KillPoint = string;

/** What happens at a point; `kill-points.cjs` does it. */
export type ProcessAction = "provider" | "stop" | "full" | "shells" | "cli" | "both" | "interrupt" | "unwritable";

/** What happens to a connection over ssh; `ssh-stage.ts` does it. */
export type ConnectionAction = "client" | "sshd" | "remote" | "silent";

export type Action = ProcessAction | ConnectionAction;

/** The kind of a point. */
export const kindOf = (point: KillPoint): string => point.replace(/ #\d+ .*$/, "");

/** The points of one provider process after the other: recorded from a run, then used to interrupt others. */
export class KillPoints {
  private readonly folder = temporaryFolder();
  private token = 0;

  constructor() {
    this.plan({});
  }

  /** What the provider's environment needs. */
  get environment(): Record<string, string> {
    return {
      NODE_OPTIONS: `--require ${join(import.meta.dirname, "kill-points.cjs")}`,
      CRASH_FOLDER: this.folder,
      CRASH_PACKAGE: join(repositoryFolder, "provider/dist"),
    };
  }

  /** Records which points a run comes past. */
  async record(run: () => Promise<unknown>): Promise<readonly KillPoint[]> {
    rmSync(this.path("points.log"), { force: true });
    this.plan({ isRecording: true });
    await run();
    this.plan({});
    return this.lines("points.log");
  }

  /** Lets something happen at a point of what is done next. @param target - The folder that becomes unwritable. */
  arm(at: KillPoint, action: Action, target?: string): void {
    rmSync(this.path("fired.log"), { force: true });
    this.plan({ at, action, target });
  }

  /** Lets nothing happen any more. @returns Whether it has happened. */
  disarm(): boolean {
    this.plan({});
    return this.hasFired;
  }

  /** Whether it has happened. */
  get hasFired(): boolean {
    return this.lines("fired.log").length > 0;
  }

  /** Tells which process is the CLI. */
  nameCli(pid: number): void {
    writeFileSync(this.path("cli.pid"), String(pid));
  }

  private plan(plan: object): void {
    this.token += 1;
    // whole or not at all: the provider reads it at any time
    writeFileSync(this.path("plan.new"), JSON.stringify({ ...plan, token: this.token }));
    renameSync(this.path("plan.new"), this.path("plan.json"));
  }

  private lines(name: string): readonly string[] {
    return existsSync(this.path(name)) ? readFileSync(this.path(name), "utf8").trim().split("\n") : [];
  }

  private path(name: string): string {
    return join(this.folder, name);
  }
}

/** Puts back the folder that the action `unwritable` took away, if it did. */
export function giveBack(folder: string): void {
  if (!existsSync(`${folder}.away`)) return;
  rmSync(folder);
  renameSync(`${folder}.away`, folder);
}
