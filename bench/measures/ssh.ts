import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { repositoryFolder } from "../harness/built";
import type { Figure, Measure } from "../harness/measure";
import { inTemporaryFolder } from "../harness/temporary-folder";

type Beside = { readonly local: number; readonly ssh: number };

/** What the test hands over in its report. */
interface SshFigures {
  readonly start: Beside;
  readonly call: Beside;
  readonly megabyte: Beside;
  readonly requests: Beside;
  readonly shells: Beside;
}

const numbers = "test/ssh/numbers.test.ts";

/** What ssh costs beside a PowerShell of this computer. */
export const ssh: Measure = {
  name: "ssh",
  about:
    "The transport ssh to an OpenSSH server on this computer, beside a PowerShell that the provider starts itself; both ask the same simulated host. Times are the lowest of the rounds, and the median for 1 MB.",
  run: async ({ say }) => {
    say("ssh beside a local shell");
    const { start, call, megabyte, requests, shells } = await measured();
    const figure = (what: string, unit: Figure["unit"], { local, ssh: ours }: Beside, atMostRatio: number): Figure => ({
      what,
      unit,
      ours,
      peer: { name: "a local shell", value: local },
      atMostRatio,
    });
    return {
      figures: [
        figure("start of a session", "ms", start, 2),
        figure("a call", "ms", call, 3),
        figure("an answer of 1 MB", "ms", megabyte, 1.2),
        figure("100 snapshots at once: requests", "requests", requests, 1.1),
        { what: "100 snapshots at once: shells on the host", unit: "requests", ours: shells.ssh, atMost: 2 },
      ],
    };
  },
};

/** Runs the test that measures: what plays the host belongs to the tests, and Vitest loads it. */
function measured(): Promise<SshFigures> {
  return inTemporaryFolder(async (folder) => {
    const report = join(folder, "report.json");
    const vitest = join(dirname(require.resolve("vitest/package.json")), "vitest.mjs");
    const parameters = ["run", "--project=ssh*", numbers, "--reporter=json", `--outputFile=${report}`];
    spawnSync(process.execPath, [vitest, ...parameters], {
      cwd: repositoryFolder,
      encoding: "utf8",
    });
    const { testResults } = JSON.parse(readFileSync(report, "utf8")) as {
      testResults: {
        assertionResults: { status: string; meta: { figures?: SshFigures }; failureMessages: string[] }[];
      }[];
    };
    const [result] = testResults.flatMap(({ assertionResults }) => assertionResults);
    if (result?.meta.figures) return result.meta.figures;
    const why = [result?.status, ...(result?.failureMessages ?? [])].join(": ");
    throw new Error(`${numbers} measured nothing (${why}). It needs an OpenSSH server and a PowerShell.`);
  });
}
