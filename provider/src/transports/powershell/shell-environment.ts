import { basename } from "node:path";

type Environment = Readonly<Record<string, string | undefined>>;

/** What a PowerShell and the modules of Windows need. Names are compared without regard to case, as Windows does. */
const passedOn = new Set(
  [
    // Windows
    "ALLUSERSPROFILE APPDATA COMMONPROGRAMFILES COMMONPROGRAMFILES(X86) COMMONPROGRAMW6432 COMPUTERNAME COMSPEC DRIVERDATA",
    "HOMEDRIVE HOMEPATH LOCALAPPDATA LOGONSERVER NUMBER_OF_PROCESSORS OS PATHEXT PROCESSOR_ARCHITECTURE",
    "PROCESSOR_ARCHITEW6432 PROCESSOR_IDENTIFIER PROCESSOR_LEVEL PROCESSOR_REVISION PROGRAMDATA PROGRAMFILES",
    "PROGRAMFILES(X86) PROGRAMW6432 PSMODULEPATH PUBLIC SESSIONNAME SYSTEMDRIVE SYSTEMROOT TEMP TMP USERDNSDOMAIN USERDOMAIN",
    "USERDOMAIN_ROAMINGPROFILE USERNAME USERPROFILE WINDIR",
    // others
    "HOME LANG LOGNAME PATH SHELL TMPDIR TZ USER XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_RUNTIME_DIR",
    // a remote host's Kerberos
    "KRB5CCNAME KRB5_CONFIG",
  ].flatMap((names) => names.split(" ")),
);

/** Settings of the runtime and of PowerShell itself, and of the language. */
const passedPrefixes = /^(DOTNET_|POWERSHELL_|LC_)/i;

/** Version 7 on Unix writes control sequences to any other terminal; both ask their makers for news. */
const ownSettings = { TERM: "dumb", POWERSHELL_UPDATECHECK: "Off", POWERSHELL_TELEMETRY_OPTOUT: "1" };

/** A folder of PowerShell 7's own modules: `C:\Program Files\PowerShell\7\Modules`. */
const modulesOfVersion7 = /[\\/]powershell[\\/](?:\d+(?:-preview)?[\\/])?modules/i;

/**
 * Makes the environment of a shell: what it needs and no more, so that no secret of this process gets into it.
 *
 * Windows PowerShell gets no `PSModulePath` that PowerShell 7 made: it would load that version's modules, which it can't run.
 */
export function shellEnvironment(
  environment: Environment = process.env,
  platform: NodeJS.Platform = process.platform,
): NodeJS.ProcessEnv {
  const program = environment["NODE_POWERSHELL"] ?? "powershell";
  const isWindowsPowerShell =
    platform === "win32" && /^powershell(\.exe)?$/i.test(basename(program.replaceAll("\\", "/")));
  const isNeeded = ([name, value = ""]: readonly [string, string | undefined]) => {
    if (isWindowsPowerShell && /^psmodulepath$/i.test(name) && modulesOfVersion7.test(value)) return false;
    return passedOn.has(name.toUpperCase()) || passedPrefixes.test(name);
  };
  return { ...Object.fromEntries(Object.entries(environment).filter(isNeeded)), ...ownSettings };
}
