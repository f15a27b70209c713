import { describe, expect, it } from "vitest";
import { type ConfigurationSources, environmentVariable } from "../../provider/src/config";
import { readConfiguration } from "../../provider/src/read-configuration";

const sources = (stack: Record<string, string>, environment: Record<string, string> = {}): ConfigurationSources => ({
  get: (name) => stack[name],
  stackKeys: Object.keys(stack),
  environment,
});

describe("the configuration", () => {
  it("has defaults, and omits keys that aren't set", () => {
    expect(readConfiguration(sources({}))).toEqual({
      authentication: "default",
      protocol: "https",
      remoteShell: "powershell",
      allowUnencrypted: "false",
      namespace: "root\\virtualization\\v2",
      simulatedHost: "simulated-host.jsonl",
      dependents: "unknown",
      unknownOutcomeSearch: "30s",
      resumeWithin: "1h",
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
    [
      sources({ dependents: "Kept" }),
      `hyperv-snapshots:dependents (HYPERV_SNAPSHOTS_DEPENDENTS) failed: "Kept" isn't one of its values. The host was not contacted. Allowed values: unknown, kept, removed. For example: pulumi config set hyperv-snapshots:dependents unknown`,
    ],
    [sources({}, { HYPERV_SNAPSHOTS_DEPENDENTS: "Kept" }), "For example: export HYPERV_SNAPSHOTS_DEPENDENTS=unknown"],
    [
      sources({}, { HYPERV_SNAPSHOTS_RESUME_WITHIN: "soon" }),
      `HYPERV_SNAPSHOTS_RESUME_WITHIN (hyperv-snapshots:resumeWithin) failed: "soon" isn't a duration. The host was not contacted. Write a duration such as 30s, 10m, 1h30m or 7d`,
    ],
  ])("with a mistake is refused with the correct form (%#)", (wrong, said) => {
    expect(() => readConfiguration(wrong)).toThrow(said);
    expect(() => readConfiguration(wrong)).toThrow(expect.objectContaining({ code: "INVALID_ARGUMENT" }));
  });
});

describe("several connections", () => {
  const connections = JSON.stringify({
    east: { transport: "powershell", host: "HV-EAST", dependents: "kept" },
    west: { transport: "simulated", simulatedHost: "west.jsonl" },
  });

  it("are read by name, each with its own host, and share the other keys", () => {
    const stack = { connections, unknownOutcomeSearch: "10s", dependents: "removed" };
    expect(readConfiguration(sources(stack), "east")).toEqual({
      connection: "east",
      transport: "powershell",
      host: "HV-EAST",
      authentication: "default",
      protocol: "https",
      remoteShell: "powershell",
      allowUnencrypted: "false",
      namespace: "root\\virtualization\\v2",
      simulatedHost: "simulated-host.jsonl",
      dependents: "kept",
      unknownOutcomeSearch: "10s",
      resumeWithin: "1h",
    });
    expect(readConfiguration(sources(stack), "west")).toMatchObject({ transport: "simulated", dependents: "removed" });
  });

  it("don't inherit keys of one host from outside", () => {
    const stack = { connections, transport: "simulated", host: "HV01", username: "LAB\\me", password: "secret" };
    const outside = readConfiguration(sources(stack));
    expect(outside).toMatchObject({ host: "HV01", username: "LAB\\me" });
    expect(outside).not.toHaveProperty("connection");
    const east = readConfiguration(sources(stack), "east");
    for (const key of ["username", "password"]) expect(east).not.toHaveProperty(key);
  });

  it("have a default in the stack or the environment, and can be configured in the environment", () => {
    expect(readConfiguration(sources({ connections, connection: "west" })).connection).toBe("west");
    expect(readConfiguration(sources({ connections, connection: "west" }), "east").connection).toBe("east");
    const environment = { HYPERV_SNAPSHOTS_CONNECTIONS: connections, HYPERV_SNAPSHOTS_CONNECTION: "east" };
    expect(readConfiguration(sources({}, environment)).host).toBe("HV-EAST");
  });

  it("accept a number that --path has stored", () => {
    const text = JSON.stringify({ east: { transport: "simulated", simulatedSeed: 5 } });
    expect(readConfiguration(sources({ connections: text }), "east").simulatedSeed).toBe("5");
  });

  it.each([
    [{ connections }, "eest", 'there is no connection "eest". The host was not contacted. Did you mean "east"?'],
    [{ connections, connection: "wets" }, undefined, "hyperv-snapshots:connection failed"],
    [{}, "east", "pulumi config set --path 'hyperv-snapshots:connections.east.host' HV-EAST"],
    [{ connections: '{"east":{"hots":"HV"}}' }, undefined, "Did you mean hyperv-snapshots:connections.east.host?"],
    [
      { connections: '{"east":{"connection":"west"}}' },
      undefined,
      "connections.east.connection failed: this key doesn't exist",
    ],
    [
      { connections: '{"east":{"dependents":"Kept"}}' },
      undefined,
      "--path 'hyperv-snapshots:connections.east.dependents'",
    ],
    [
      { connections: '{"east":{"unknownOutcomeSearch":"soon"}}' },
      undefined,
      'unknownOutcomeSearch failed: "soon" isn\'t a duration',
    ],
    [{ connections: "HV-EAST" }, undefined, "hyperv-snapshots:connections failed: it isn't a map"],
    [{ connections: '{"east":"HV-EAST"}' }, undefined, "hyperv-snapshots:connections.east failed: it isn't a map"],
    [{ connections, connection: "east", host: "HV01" }, undefined, "nothing would use hyperv-snapshots:host"],
  ])("report what is wrong and how to correct it (%#)", (stack, connection, said) => {
    expect(() => readConfiguration(sources(stack as Record<string, string>), connection)).toThrow(said);
  });

  it("conflict with a host in the environment, so a real host is never used in place of a simulated one", () => {
    const environment = { HYPERV_SNAPSHOTS_TRANSPORT: "simulated" };
    const read = () => readConfiguration(sources({ connections, connection: "east" }, environment));
    expect(read).toThrow("(or HYPERV_SNAPSHOTS_TRANSPORT)");
  });
});
