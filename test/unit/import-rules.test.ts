import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { repositoryFolder } from "../support/repository";
import { temporaryFolder } from "../support/temporary-folder";

const cruiser = join(repositoryFolder, "node_modules/dependency-cruiser/bin/dependency-cruise.mjs");

/** Runs the project's rules over a tree in which each file imports what is given. */
function brokenRules(imports: Record<string, string>): string[] {
  const folder = temporaryFolder();
  for (const [file, imported] of Object.entries(imports)) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(
      join(folder, file),
      imported ? `import { a } from "${imported}";\nexport { a };\n` : "export const a = 1;\n",
    );
  }
  const config = join(repositoryFolder, ".dependency-cruiser.cjs");
  const parameters = [cruiser, "provider/src", "--config", config, "--output-type", "json"];
  const output = execFileSync(process.execPath, parameters, { cwd: folder, encoding: "utf8" });
  const { summary } = JSON.parse(output) as { summary: { violations: { rule: { name: string }; from: string }[] } };
  return summary.violations.map(({ rule, from }) => `${from}: ${rule.name}`).sort();
}

it("each rule catches its forbidden import, and a cycle is reported once", () => {
  const src = "provider/src";
  expect(
    brokenRules({
      [`${src}/resources/snapshot.ts`]: "../lifecycle/snapshot",
      [`${src}/lifecycle/snapshot.ts`]: "../hyperv/service",
      [`${src}/hyperv/service.ts`]: "../transports/wsman/session",
      [`${src}/transports/wsman/session.ts`]: "../powershell/session",
      [`${src}/transports/powershell/session.ts`]: "../../jobs/monitor",
      [`${src}/jobs/monitor.ts`]: "../cim/path",
      [`${src}/simulator/host.ts`]: "../jobs/monitor",
      [`${src}/cim/path.ts`]: "../simulator/host",
      [`${src}/cli/list.ts`]: "../lifecycle/snapshot",
      [`${src}/index.ts`]: "./cli/list",
      [`${src}/plugin/serve.ts`]: "../cim/path",
      [`${src}/read-configuration.ts`]: "./plugin/serve",
      [`${src}/probe/run.ts`]: "../cim/path",
      [`${src}/connection.ts`]: "./probe/run",
      [`${src}/lookups/get-snapshot.ts`]: "./answers/snapshot",
      [`${src}/snapshot/create.ts`]: "../dynamic/adapter",
      [`${src}/dynamic/adapter.ts`]: "../cim/path",
      [`${src}/recovery/journal.ts`]: "../snapshot/create",
      [`${src}/process/operation.ts`]: "../recovery/journal",
      [`${src}/lookups/answers/snapshot.ts`]: "../../lifecycle/snapshot",
    }),
  ).toEqual(
    [
      `${src}/read-configuration.ts: nothing-imports-the-plugin`,
      `${src}/cim/path.ts: no-cycles`,
      `${src}/cim/path.ts: only-the-simulated-transport-knows-the-simulator`,
      `${src}/cim/path.ts: the-floor-is-the-floor`,
      `${src}/cli/list.ts: the-command-reaches-hosts-as-the-lifecycle-does`,
      `${src}/index.ts: nothing-needs-the-command`,
      `${src}/connection.ts: only-the-command-probes`,
      `${src}/hyperv/service.ts: verbs-know-no-transport`,
      `${src}/lookups/answers/snapshot.ts: look-ups-reach-hosts-as-the-lifecycle-does`,
      `${src}/lookups/get-snapshot.ts: look-ups-load-lazily`,
      `${src}/process/operation.ts: process-knows-no-recovery`,
      `${src}/recovery/journal.ts: resources-of-the-core-stand-on-recovery-and-process`,
      `${src}/resources/snapshot.ts: resources-are-thin`,
      `${src}/snapshot/create.ts: the-core-knows-no-adapter`,
      `${src}/simulator/host.ts: the-simulator-stands-alone`,
      `${src}/transports/powershell/session.ts: transports-know-no-verbs`,
      `${src}/transports/wsman/session.ts: transports-do-not-know-each-other`,
    ].sort(),
  );
});
