import * as pulumi from "@pulumi/pulumi";
import type { ProgramResource } from "../recovery/from-the-program";

/** What the state holds for a URN: an id, or null for nothing. */
export interface SavedState {
  readonly id: string | null;
}

/**
 * Asks the engine which id the state holds for a resource of which something was begun in an earlier run, since nothing in the engine's calls
 * tells a `create` that is repeated from one that is wished for.
 *
 * @returns Undefined where nothing was begun, and where it can't be learnt.
 */
export async function askForSaved(urn: pulumi.URN): Promise<SavedState | undefined> {
  if (pulumi.runtime.isDryRun()) return undefined;
  const { wasBegun } = await import("../recovery/from-the-program.js");
  if (!wasBegun(programResource(urn))) return undefined;
  try {
    await isInState(pulumi.runtime.getStackResource()); // a stack without any state yet crashes the engine that is asked for it
    const stackName = `${organization()}/${pulumi.getProject()}/${pulumi.getStack()}`;
    const answer = await pulumi.runtime.invoke("pulumi:pulumi:readStackResourceOutputs", { stackName });
    const saved = answer.outputs?.[urn] as { outputs?: { __id?: unknown } } | undefined;
    if (saved === undefined) return { id: null };
    // nothing else of the answer is kept: it has secrets in clear
    const id = saved.outputs?.__id;
    return typeof id === "string" ? { id } : undefined;
  } catch {
    return undefined;
  }
}

async function isInState(resource: pulumi.Resource | undefined): Promise<void> {
  if (resource) await new Promise((resolve) => pulumi.output(resource.urn).apply(resolve));
}

/** Forgets what was begun, once the state has it: the engine answers a registration after it has saved. */
export function forgetWhenSaved(resource: pulumi.CustomResource): void {
  if (pulumi.runtime.isDryRun()) return;
  pulumi.all([resource.urn, resource.id]).apply(async ([urn, id]) => {
    if (typeof id !== "string") return;
    const { forgetSaved } = await import("../recovery/from-the-program.js");
    await forgetSaved(programResource(urn), id);
  });
}

/** The organization, where it isn't the one that every stack of a local backend has. */
export function otherOrganization(): string | undefined {
  return organization() === defaultOrganization ? undefined : organization();
}

const defaultOrganization = "organization";

function organization(): string {
  try {
    return pulumi.getOrganization();
  } catch {
    return defaultOrganization; // unknown in users' unit tests
  }
}

function programResource(urn: pulumi.URN): ProgramResource {
  const intents = new pulumi.Config("hyperv-snapshots").get("intents") ?? process.env["HYPERV_SNAPSHOTS_INTENTS"];
  return { organization: organization(), urn, intents };
}
