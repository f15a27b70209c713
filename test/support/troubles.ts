import type { Fault } from "pulumi-hyperv-snapshots/simulator";
import { expect } from "vitest";
import type { PulumiProject } from "./pulumi-project";

/** A way in which a `create` fails, and words of its message. */
export interface Trouble {
  readonly what: string;
  readonly fault: Omit<Fault, "method">;
  readonly said: string;
}

/** The ways in which a `create` fails that has half a second. */
export const troubles: readonly Trouble[] = [
  { what: "a refusal", fault: { returnValue: 32773 }, said: "the host returned 32773" },
  { what: "a failed job", fault: { job: { endState: 10, errorCode: 32768 } }, said: "ended in state 10" },
  { what: "a missed deadline", fault: { job: { seconds: 60 } }, said: "had not ended" },
];

/** Expects that an `up` in trouble reports it once, on the row of the resource `before`, and doesn't advise what only `destroy` needs. */
export async function expectReportedOnce(project: PulumiProject, { fault, said }: Trouble): Promise<void> {
  project.host.injectFault({ method: "CreateSnapshot", ...fault });
  const { status, output } = await project.up();
  expect(status).not.toBe(0);
  const [, diagnostics = ""] = output.split("Diagnostics:");
  expect(diagnostics.split(said)).toHaveLength(2);
  expect(diagnostics).toMatch(/CollectionSnapshot \(before\):\s+error: /);
  expect(output).not.toContain("--run-program");
}
