import { performance } from "node:perf_hooks";
import { DynamicHost } from "../../test/support/dynamic-host";
import { inTurn, type Measure } from "../harness/measure";
import { makeProgramFolder, snapshotInputs } from "../harness/provider-process";
import { inTemporaryFolder } from "../harness/temporary-folder";
import { bareProviderText } from "../peers/bare-provider";

/** What every `pulumi up` pays before anything happens. */
export const providerStart: Measure = {
  name: "provider-start",
  about:
    "From the start of the provider process to its first answer (`check` of one resource), beside the dynamic host with a provider of a few bytes. The lowest of the rounds: what else the machine does only adds.",
  run: ({ isFull, say }) =>
    inTemporaryFolder(async (root) => {
      const { folder, env } = makeProgramFolder(root);
      const configuration = {
        "hyperv-snapshots:transport": "simulated",
        "hyperv-snapshots:simulatedHost": "host.jsonl",
      };
      const firstAnswer = async (inputs: Record<string, unknown>): Promise<number> => {
        const began = performance.now();
        const dynamicHost = await DynamicHost.start(configuration, folder, env);
        await dynamicHost.check(inputs);
        const tookMs = performance.now() - began;
        await dynamicHost.stop();
        return tookMs;
      };
      const rounds = isFull ? 41 : 15;
      say(`provider start, ${rounds} rounds`);
      const inputs = snapshotInputs("one", "group-1");
      const tookMs = await inTurn(rounds, {
        bare: () => firstAnswer({ ...inputs, __provider: bareProviderText() }),
        ours: () => firstAnswer(inputs),
      });
      return {
        figures: [
          {
            what: "start of the provider to its first answer",
            unit: "ms",
            ours: Math.min(...tookMs.ours),
            peer: { name: "the bare dynamic host", value: Math.min(...tookMs.bare) },
            atMostRatio: 1.1,
          },
        ],
      };
    }),
};
