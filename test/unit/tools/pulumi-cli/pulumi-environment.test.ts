import { delimiter, dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { pulumiEnvironment } from "../../../../tools/pulumi-cli/pulumi-environment";
import { temporaryFolder } from "../../../support/temporary-folder";
import { writeScript } from "./write-script";

describe("pulumiEnvironment", () => {
  const cli = (command: string) => ({ command, version: "3.259.0", source: "cache" }) as const;
  const options = { home: "/home/of/pulumi", backend: "file:///state", base: { PATH: "/usr/bin", OTHER: "kept" } };

  it("has the CLI's folder first on the PATH, and this Node's last", () => {
    const command = writeScript(temporaryFolder(), "pulumi", "");
    const folders = pulumiEnvironment(cli(command), options)["PATH"]?.split(delimiter);
    expect(folders?.slice(0, 2)).toEqual([dirname(command), "/usr/bin"]);
    expect(folders?.at(-1)).toBe(dirname(process.execPath));
  });

  it("keeps the CLI quiet and offline, and doesn't change other variables", () => {
    const command = writeScript(temporaryFolder(), "pulumi", "");
    expect(pulumiEnvironment(cli(command), { ...options, passphrase: "secret" })).toMatchObject({
      OTHER: "kept",
      PULUMI_HOME: "/home/of/pulumi",
      PULUMI_BACKEND_URL: "file:///state",
      PULUMI_CONFIG_PASSPHRASE: "secret",
      PULUMI_SKIP_UPDATE_CHECK: "true",
    });
    expect(pulumiEnvironment(cli(command), options)).not.toHaveProperty("PULUMI_CONFIG_PASSPHRASE");
  });
});
