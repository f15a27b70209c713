import { expect, it } from "vitest";
import { shellEnvironment } from "../../../../provider/src/transports/powershell/shell-environment";

const version7 = "C:\\Users\\me\\Documents\\PowerShell\\Modules;C:\\Program Files\\PowerShell\\7\\Modules";
const windows = "C:\\Program Files\\WindowsPowerShell\\Modules;C:\\Windows\\system32\\WindowsPowerShell\\v1.0\\Modules";

it("passes on the variables that a shell needs, and no secret", () => {
  const given = { Path: "C:\\Windows", SystemRoot: "C:\\Windows", DOTNET_ROOT: "/dotnet", LC_ALL: "de_DE" };
  const secret = {
    PULUMI_ACCESS_TOKEN: "a",
    HYPERV_SNAPSHOTS_PASSWORD: "b",
    AWS_SECRET_ACCESS_KEY: "c",
    NODE_OPTIONS: "d",
  };
  expect(shellEnvironment({ ...given, ...secret }, "win32")).toEqual({
    ...given,
    TERM: "dumb",
    POWERSHELL_UPDATECHECK: "Off",
    POWERSHELL_TELEMETRY_OPTOUT: "1",
  });
});

it.each([
  ["Windows PowerShell under PowerShell 7 doesn't get its modules", version7, undefined, "win32", false],
  ["Windows PowerShell by its path doesn't, either", `${version7};${windows}`, "C:\\x\\powershell.exe", "win32", false],
  ["a preview's modules are recognised", "c:/program files/powershell/7-preview/Modules", undefined, "win32", false],
  ["Windows PowerShell keeps modules of its own", windows, undefined, "win32", true],
  ["PowerShell 7 keeps its modules", version7, "pwsh", "win32", true],
  ["other systems keep theirs", "/opt/microsoft/powershell/7/Modules", "/usr/bin/powershell", "linux", true],
] as const)("%s", (_, modules, program, platform, isKept) => {
  const environment = { PSModulePath: modules, ...(program && { NODE_POWERSHELL: program }) };
  expect(shellEnvironment(environment, platform)["PSModulePath"]).toBe(isKept ? modules : undefined);
});
