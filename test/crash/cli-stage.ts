import type { Properties } from "../../provider/src/process/resource-call";
import { snapshotProgram } from "../support/programs";
import { PulumiProject, type SavedResource, smallSeed } from "../support/pulumi-project";
import { unhinderedSeed } from "../support/simulated-hosts";
import { type Action, giveBack, type KillPoint, KillPoints } from "./kill-points";
import { newRecordFolder, Stage, type UpOptions } from "./stage";

/** The real CLI on a program with one snapshot. */
export class CliStage extends Stage {
  readonly drivenBy = "the CLI";
  readonly project: PulumiProject;

  private constructor(project: PulumiProject, parts: { readonly points: KillPoints; readonly records: string }) {
    super(parts);
    this.project = project;
  }

  static async create(configuration: Readonly<Record<string, string>> = {}): Promise<CliStage> {
    const parts = { points: new KillPoints(), records: newRecordFolder() };
    const project = await PulumiProject.create({
      program: { "index.js": "" },
      seed: { ...smallSeed, options: { ...unhinderedSeed.options, dependents: "kept" } },
      configuration: {
        ...configuration,
        "hyperv-snapshots:recoveryFolder": parts.records,
        "hyperv-snapshots:unknownOutcomeSearch": "2s",
      },
      environment: async () => parts.points.environment,
    });
    return new CliStage(project, parts);
  }

  get host() {
    return this.project.host;
  }

  override async up(inputs: Properties, { isReplace = false, ...options }: UpOptions = {}): Promise<void> {
    this.write(inputs, options);
    const replaced = isReplace ? this.saved(false).map(({ urn }) => `--replace=${urn}`) : [];
    await this.run(["up", "--yes", "--skip-preview", ...replaced]);
  }

  /** The same, with its output going to a command that may end before it. */
  async upReadBy(reader: string, inputs: Properties): Promise<void> {
    this.write(inputs);
    await this.project.upReadBy(reader);
  }

  override async destroy(): Promise<void> {
    await this.run(["destroy", "--yes", "--skip-preview"]);
  }

  /** No process is left by a run that has ended. */
  override async end(): Promise<void> {}

  override record(operation: () => Promise<void>): Promise<readonly KillPoint[]> {
    return this.points.record(operation);
  }

  override async interrupt(point: KillPoint, action: Action, operation: () => Promise<void>): Promise<boolean> {
    const { stateFolder } = this.project;
    this.points.arm(point, action, stateFolder);
    const failure = await operation().catch((error: unknown) => error);
    const hasHappened = this.points.disarm();
    giveBack(stateFolder);
    if (hasHappened) await this.project.unlock();
    else if (failure) throw failure;
    return hasHappened;
  }

  override get named(): string | undefined {
    return this.saved(false).map(snapshotCollectionId)[0];
  }

  override get pendingDeletion(): readonly string[] {
    return this.saved(true).flatMap((resource) => snapshotCollectionId(resource) ?? []);
  }

  private write(inputs: Properties, { create = "5m" }: UpOptions = {}): void {
    const all = JSON.stringify({ collection: "web-tier", ...inputs });
    this.project.write("index.js", snapshotProgram(all, JSON.stringify({ customTimeouts: { create } })));
  }

  private saved(isPendingDeletion: boolean): readonly SavedResource[] {
    return this.project.snapshotsInState().filter((resource) => (resource.delete ?? false) === isPendingDeletion);
  }

  private async run(parameters: readonly string[]): Promise<void> {
    const { status, output } = await this.project.runInGroup(parameters, (pid) => this.points.nameCli(pid));
    if (status !== 0) throw new Error(output);
  }
}

const snapshotCollectionId = ({ outputs }: SavedResource) => outputs["snapshotCollectionId"] as string | undefined;
