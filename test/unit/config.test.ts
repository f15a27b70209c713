import { describe, expect, it } from "vitest";
import { type ConfigurationSources, environmentVariable, readConfiguration } from "../../provider/src/config";

const sources = (stack: Record<string, string>, environment: Record<string, string> = {}): ConfigurationSources => ({
  get: (name) => stack[name],
  stackKeys: Object.keys(stack),
  environment,
});

describe("the configuration", () => {
  it("has defaults, and leaves out what nobody set", () => {
    expect(readConfiguration(sources({}))).toEqual({
      authentication: "default",
      namespace: "root\\virtualization\\v2",
      simulatedHost: "simulated-host.jsonl",
      dependents: "unknown",
      lostAnswerSearch: "30s",
    });
  });

  it("comes from the stack, else from the environment", () => {
    expect(environmentVariable("simulatedHost")).toBe("HYPERV_SNAPSHOTS_SIMULATED_HOST");
    const environment = { HYPERV_SNAPSHOTS_TRANSPORT: "simulated", HYPERV_SNAPSHOTS_DEPENDENTS: "removed", PATH: "x" };
    expect(readConfiguration(sources({ dependents: "kept" }, environment))).toMatchObject({
      transport: "simulated",
      dependents: "kept",
    });
  });

  it.each([
    [sources({ simulatedhost: "x" }), "Did you mean hyperv-snapshots:simulatedHost?"],
    [sources({}, { HYPERV_SNAPSHOTS_SIMULATED_HOTS: "x" }), "Did you mean HYPERV_SNAPSHOTS_SIMULATED_HOST?"],
    [sources({ dependents: "Kept" }), 'hyperv-snapshots:dependents failed: "Kept" is none of its values'],
  ])("that is wrong is refused with what would be right (%#)", (wrong, said) => {
    expect(() => readConfiguration(wrong)).toThrow(said);
    expect(() => readConfiguration(wrong)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});
