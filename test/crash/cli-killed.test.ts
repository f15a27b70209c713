import { renameSync, rmSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { snapshotProgram } from "../support/programs";
import { PulumiProject, smallSeed } from "../support/pulumi-project";
import { unhinderedSeed } from "../support/simulated-hosts";
import { countPoints } from "./count-points";
import { isWhole } from "./form";
import { type Action, type KillPoint, KillPoints } from "./kill-points";
import { onePerKind } from "./matrix";
import { keptProgress, noProgress } from "./progress";

/** The real CLI on a program with one snapshot, whose provider comes past points at which something can happen. */
class Scene {
  readonly points = new KillPoints();
  readonly project: Promise<PulumiProject>;

  constructor() {
    this.project = PulumiProject.create({
      program: { "index.js": snapshotProgram('{ collection: "web-tier" }') },
      seed: { ...smallSeed, options: unhinderedSeed.options },
      environment: async () => this.points.environment,
    });
  }

  /** Cuts an `up` off at a point. @returns Whether it came to it. */
  async cutOff(point: KillPoint, action: Action): Promise<boolean> {
    const project = await this.project;
    this.points.arm(point, action, project.stateFolder);
    await project.upCutOff(async (pid) => this.points.nameCli(pid));
    const hasHappened = this.points.disarm();
    if (hasHappened && action === "unwritable") {
      rmSync(project.stateFolder);
      renameSync(`${project.stateFolder}.away`, project.stateFolder);
    }
    return hasHappened;
  }

  /** What an `up` makes of it: one snapshot for one wish, which the state names; and after a destroy, nothing. */
  async expectOne(sentBefore: number, point: KillPoint): Promise<void> {
    const project = await this.project;
    const up = await project.up();
    expect(up, point).toMatchObject({ status: 0 });
    expect(this.sent(project) - sentBefore, `CreateSnapshot after ${point}`).toBe(1);
    const onHost = project.host.query("SELECT * FROM Msvm_SnapshotCollection");
    const inState = project.snapshotsInState().map(({ outputs }) => outputs["snapshotCollectionId"]);
    expect(inState, point).toEqual(onHost.map(({ path }) => path.key("CollectionID")));
    expect(inState, point).toHaveLength(1);
    expect(await project.destroy(), point).toMatchObject({ status: 0 });
    expect(project.snapshotCounts(), point).toEqual([0, 0]);
  }

  sent(project: PulumiProject): number {
    return project.host.methodCalls["CreateSnapshot"] ?? 0;
  }
}

/** What is tried in the short form; the engine's tests kill the CLI in the middle of a job anyway. */
const chosen = {
  interrupt: ["query Msvm_ConcreteJob #1 after"],
  unwritable: ["write intent returned #1 after"],
} as const;

const actions = isWhole
  ? (["cli", "both", "interrupt", "unwritable"] as const)
  : (["interrupt", "unwritable"] as const);

/** All kinds of points that an `up` comes past, or those of the short form. */
async function pointsFor(scene: Scene, action: keyof typeof chosen | "cli" | "both"): Promise<readonly KillPoint[]> {
  if (!isWhole) return action in chosen ? chosen[action as keyof typeof chosen] : [];
  const project = await scene.project;
  const points = await scene.points.record(() => project.up());
  expect(await project.destroy()).toMatchObject({ status: 0 });
  return onePerKind()(points);
}

const count = countPoints();

describe.skipIf(process.platform === "win32")("with the real CLI", () => {
  it.each(actions)("%s during create: an up goes on with it", async (action) => {
    const scene = new Scene();
    const project = await scene.project;
    const part = `the CLI, ${action}`;
    const progress = isWhole ? keptProgress(part) : noProgress;
    const points = await pointsFor(scene, action);
    for (const point of points) {
      if (progress.has(point)) continue;
      const sentBefore = scene.sent(project);
      expect(await scene.cutOff(point, action), point).toBe(true);
      await scene.expectOne(sentBefore, point);
      progress.add(point);
    }
    count(part, points.length);
  });

  it("whose output nobody reads any more: an up goes on with it", async () => {
    const scene = new Scene();
    await (await scene.project).upReadBy("head -n 1");
    await scene.expectOne(0, "| head");
  });
});
