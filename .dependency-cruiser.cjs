// Who may import what (ARCHITECTURE.md has the picture). Each rule says why; test/unit/import-rules.test.ts proves that they catch.
const src = "^provider/src";
const floor = `${src}/(cim|schema|soap|ntlm|errors\\.ts|rights\\.ts|nearest\\.ts|draw-tree\\.ts|moment-text\\.ts)`;

/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Data flows one way: down with the request, up with the answer.",
      severity: "error",
      from: { path: src },
      to: { circular: true },
    },
    {
      name: "resources-are-thin",
      comment:
        "A user's program loads the resource classes: all work is behind `pulumi-hyperv-snapshots/lifecycle`, in another process.",
      severity: "error",
      from: { path: `${src}/resources/` },
      to: {
        path: src,
        pathNot: `${src}/(resources|types)/`,
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "look-ups-load-lazily",
      comment:
        "A program that only imports the package must not pay for them: what answers a look-up is loaded by the first one.",
      severity: "error",
      from: { path: `${src}/lookups/`, pathNot: `${src}/lookups/answers/` },
      to: {
        path: src,
        pathNot: `${src}/(lookups/(?!answers/)|types/|resources/|errors\\.ts)`,
        dependencyTypesNot: ["type-only", "dynamic-import"],
      },
    },
    {
      name: "look-ups-reach-hosts-as-the-lifecycle-does",
      comment: "Their answers work on configuration, connection and verbs; they share only how inputs are checked.",
      severity: "error",
      from: { path: `${src}/lookups/answers/` },
      to: {
        path: `${src}/(transports|lifecycle|dynamic|snapshot|group|recovery|process|resources|simulator)/`,
        pathNot: `${src}/process/input-check\\.ts`,
      },
    },
    {
      name: "the-core-knows-no-adapter",
      comment: "Adapters hand in a ResourceCall and get plain results: any deployment tool can use the core.",
      severity: "error",
      from: { path: `${src}/(snapshot|group|recovery|process)/` },
      to: { path: `${src}/(dynamic|plugin|lifecycle|resources|lookups|cli)/` },
    },
    {
      name: "resources-of-the-core-stand-on-recovery-and-process",
      comment: "Records and locks serve any resource, and connections know neither.",
      severity: "error",
      from: { path: `${src}/(recovery|process)/` },
      to: { path: `${src}/(snapshot|group)/` },
    },
    {
      name: "process-knows-no-recovery",
      comment: "The adapter hands both to a resource.",
      severity: "error",
      from: { path: `${src}/process/` },
      to: { path: `${src}/recovery/` },
    },
    {
      name: "only-adapters-import-pulumi",
      comment:
        "The core takes and gives plain JSON; only progress.ts, the plugin's protocol, and what a program uses, know Pulumi.",
      severity: "error",
      from: {
        path: src,
        pathNot: `${src}/(resources|types|plugin|lookups(?!/answers))/|${src}/process/progress\\.ts`,
      },
      to: { path: "node_modules/(@pulumi/pulumi|@grpc/grpc-js)/" },
    },
    {
      name: "verbs-know-no-transport",
      comment: "hyperv/, jobs/ and probe/ work on the port, however the host is reached.",
      severity: "error",
      from: { path: `${src}/(hyperv|jobs|probe)/` },
      to: {
        path: `${src}/(transports|simulator|lifecycle|dynamic|snapshot|group|recovery|process|resources|types|connection|config|read-configuration)`,
      },
    },
    {
      name: "a-job-is-not-about-snapshots",
      comment: "jobs/ is below hyperv/.",
      severity: "error",
      from: { path: `${src}/jobs/` },
      to: { path: `${src}/hyperv/` },
    },
    {
      name: "transports-know-no-verbs",
      comment: "A transport carries requests; it neither knows what they mean nor waits for jobs.",
      severity: "error",
      from: { path: `${src}/transports/` },
      to: {
        path: `${src}/(hyperv|jobs|lifecycle|dynamic|snapshot|group|recovery|process|resources|types|connection\\.ts|config\\.ts|read-configuration)`,
      },
    },
    {
      name: "transports-do-not-know-each-other",
      comment: "Each can be read, loaded and thrown away by itself.",
      severity: "error",
      from: { path: `${src}/transports/([^/]+)/` },
      // a PowerShell over a pipe works the same, whatever starts it
      to: { path: `${src}/transports/[^/]+/`, pathNot: `${src}/transports/($1|worker-shell)/` },
    },
    {
      name: "only-the-simulated-transport-knows-the-simulator",
      comment:
        "Real hosts are reached without it; beside its transport, only the subcommand that sets it looks inside.",
      severity: "error",
      from: { path: src, pathNot: `${src}/(simulator|transports/simulated)/|${src}/cli/simulate(-serve)?\\.ts` },
      to: { path: `${src}/simulator/` },
    },
    {
      name: "the-command-reaches-hosts-as-the-lifecycle-does",
      comment:
        "It works on configuration, connection and verbs. Its import reads what a state holds, its owners read the recovery folder, and resources/ has the types' names.",
      severity: "error",
      from: { path: `${src}/cli/`, pathNot: `${src}/cli/(import-resource|recorded-owners)\\.ts` },
      to: {
        path: `${src}/(transports|lifecycle|dynamic|snapshot|group|recovery|process|types|resources)/`,
        pathNot: `${src}/resources/identity\\.ts`,
      },
    },
    {
      name: "nothing-needs-the-command",
      comment: "It is a way in, beside Pulumi's: the package works without it.",
      severity: "error",
      from: { path: src, pathNot: `${src}/cli/` },
      to: { path: `${src}/cli/` },
    },
    {
      name: "nothing-imports-the-plugin",
      comment: "It is an entry point, as the command is; its executable starts it.",
      severity: "error",
      from: { path: src, pathNot: `${src}/plugin/` },
      to: { path: `${src}/plugin/` },
    },
    {
      name: "only-the-command-probes",
      comment: "A probe asks what isn't known: whatever else runs does without.",
      severity: "error",
      from: { path: src, pathNot: `${src}/(probe|cli)/` },
      to: { path: `${src}/probe/` },
    },
    {
      name: "the-simulator-stands-alone",
      comment:
        "A simulator that shares the client's logic agrees with its mistakes: it shares the floor only, which is data and text forms.",
      severity: "error",
      from: { path: `${src}/simulator/` },
      to: { path: src, pathNot: `${src}/simulator/|${floor}` },
    },
    {
      name: "the-floor-is-the-floor",
      comment: "cim/, schema/ and errors.ts import nothing above them.",
      severity: "error",
      from: { path: floor },
      to: { path: src, pathNot: floor },
    },
    {
      name: "schema-is-data",
      comment: "Both sides share it, so it holds names, types and numbers only.",
      severity: "error",
      from: { path: `${src}/schema/` },
      to: { pathNot: `${src}/schema/` },
    },
    {
      name: "what-is-imported-is-declared",
      comment:
        "The package is installed without this repository's development tools; Pulumi, and the gRPC and Protobuf that it brings, are the program's own.",
      severity: "error",
      from: { path: src },
      to: {
        dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"],
        pathNot: "node_modules/(@pulumi/pulumi|@grpc/grpc-js|google-protobuf)/",
      },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: `${__dirname}/provider/tsconfig.json` },
    combinedDependencies: true,
  },
};
