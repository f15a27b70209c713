import { join } from "node:path";
import { type Declaration, Declarations, exampleText, packageName, type TypeSpec, token } from "./read-declarations";

/** What a schema is made of, beside the TypeScript declarations. */
export interface SchemaSources {
  /** The repository's folder. */
  readonly folder: string;
  readonly version: string;
  readonly configurationKeys: Readonly<Record<string, ConfigurationKey>>;
  readonly environmentVariable: (key: string) => string;
  /** The inputs of each resource whose change replaces it. */
  readonly replacing: Readonly<Record<ResourceName, readonly string[]>>;
}

interface ConfigurationKey {
  readonly description: string;
  readonly values?: readonly string[];
  readonly default?: string;
  readonly isSecret?: true;
  readonly place?: "host" | "stack";
}

/** The resources that the plugin serves. */
type ResourceName = "CollectionSnapshot" | "VirtualSystemCollection";

/** The languages of the examples, in the order of Pulumi's documentation. */
const exampleFiles = {
  typescript: "tools/plugin-schema/examples/collection-snapshot.ts",
  python: "examples/python/__main__.py",
  go: "examples/go/main.go",
  csharp: "tools/plugin-schema/examples/collection-snapshot.cs",
  yaml: "examples/yaml/Pulumi.yaml",
} as const;

/** The import path of the Go SDK; a release at another address changes it here. */
const goImportPath = "example.com/pulumi-hyperv-snapshots/sdk/go/hypervsnapshots";

/** Makes the plugin's schema, from the table of the configuration and the package's TypeScript declarations. */
export function makeSchema(sources: SchemaSources): Readonly<Record<string, unknown>> {
  const declarations = new Declarations(join(sources.folder, "provider/src"));
  const variables = configurationVariables(sources);
  const texts = Object.entries(variables).filter(([, spec]) => spec["type"] === "string");
  return {
    $schema: "https://raw.githubusercontent.com/pulumi/pulumi/master/pkg/codegen/schema/pulumi.json",
    name: packageName,
    displayName: "Hyper-V snapshots",
    version: sources.version,
    description: "Takes one consistent snapshot of all virtual machines in a Hyper-V VM group.",
    keywords: ["category/infrastructure", "kind/native", "hyper-v", "snapshot"],
    license: "Apache-2.0",
    publisher: "pulumi-hyperv-snapshots",
    meta: { moduleFormat: "(.*)(?:/[^/]*)" },
    language: {
      nodejs: { packageName: "pulumi-hyperv-snapshots-sdk", respectSchemaVersion: true },
      python: { packageName: "pulumi_hyperv_snapshots", respectSchemaVersion: true, pyproject: { enabled: true } },
      go: { importBasePath: goImportPath, respectSchemaVersion: true, generateResourceContainerTypes: false },
      csharp: { respectSchemaVersion: true },
    },
    config: { variables },
    provider: {
      description:
        "Connects to Hyper-V hosts. Each property is also a configuration key and an environment variable. An explicit provider ignores the stack's keys; its properties override the environment variables.",
      inputProperties: variables,
      properties: Object.fromEntries(texts),
    },
    types: typeSpecs(declarations, connectionProperties(sources)),
    resources: {
      ...resource(declarations, sources, "CollectionSnapshot", exampleSection(sources.folder)),
      ...resource(declarations, sources, "VirtualSystemCollection"),
    },
    functions: Object.assign(
      {},
      ...["getCollectionSnapshot", "getCollectionSnapshots", "getVirtualSystemCollection"].map((name) =>
        lookUp(declarations, name),
      ),
    ),
  };
}

/** The keys of the configuration, as the provider's inputs. */
function configurationVariables({ configurationKeys, environmentVariable }: SchemaSources) {
  const entries = Object.entries(configurationKeys).map(([name, key]) => {
    const description = `${keyDescription(key)} Environment: \`${environmentVariable(name)}\`.`;
    if (name !== "connections") return [name, { type: "string", description, ...secrecy(key) }] as const;
    const connections = { type: "object", additionalProperties: { $ref: `#/types/${token("Connection")}` } };
    // a connection may hold a password
    return [name, { ...connections, description, secret: true }] as const;
  });
  return Object.fromEntries(entries) as Readonly<Record<string, TypeSpec>>;
}

function connectionProperties({ configurationKeys }: SchemaSources) {
  const inside = Object.entries(configurationKeys).filter(([, { place }]) => place !== "stack");
  return Object.fromEntries(
    inside.map(([name, key]) => [name, { type: "string", description: keyDescription(key), ...secrecy(key) }]),
  );
}

const secrecy = ({ isSecret }: ConfigurationKey) => (isSecret ? { secret: true } : {});

function keyDescription({ description, values, default: byDefault }: ConfigurationKey): string {
  const list = values && `Allowed: ${values.map((value) => `\`${value}\``).join(", ")}.`;
  return [description, list, byDefault !== undefined && `Default: \`${byDefault}\`.`].filter(Boolean).join(" ");
}

const nestedTypes = [
  "SnapshotMember",
  "SnapshotJob",
  "GroupMachine",
  "SnapshotSettings",
  "GetCollectionSnapshotResult",
];

function typeSpecs(declarations: Declarations, connection: Readonly<Record<string, TypeSpec>>) {
  const named = nestedTypes.map((name) => [
    token(name),
    { ...objectSpec(declarations.properties(name)), description: declarations.description(name) },
  ]);
  return {
    [token("Connection")]: { type: "object", description: "How one host is reached.", properties: connection },
    ...Object.fromEntries(named),
  };
}

function resource(declarations: Declarations, { replacing }: SchemaSources, name: ResourceName, examples = "") {
  const inputs = declarations.properties(`${name}Args`);
  const inputProperties = Object.fromEntries(
    [...inputs].map(([input, { spec }]) => [
      input,
      { ...spec, ...(replacing[name].includes(input) && { willReplaceOnChanges: true }) },
    ]),
  );
  const { properties, required } = objectSpec(declarations.properties(name));
  return {
    [token(name)]: {
      description: declarations.description(name) + examples,
      aliases: [{ type: `pulumi-nodejs:dynamic/${packageName}:${name}` }],
      inputProperties,
      requiredInputs: [...inputs].filter(([, { isRequired }]) => isRequired).map(([input]) => input),
      // an output of an input's name repeats it
      properties: { ...properties, ...inputProperties },
      required,
    },
  };
}

function lookUp(declarations: Declarations, name: string) {
  const [initial = "", ...rest] = name;
  const typeName = initial.toUpperCase() + rest.join("");
  return {
    [token(name)]: {
      description: declarations.description(name),
      inputs: objectSpec(declarations.properties(`${typeName}Args`)),
      outputs: objectSpec(declarations.properties(`${typeName}Result`)),
    },
  };
}

function objectSpec(declaration: Declaration) {
  const entries = [...declaration];
  return {
    type: "object",
    properties: Object.fromEntries(entries.map(([name, { spec }]) => [name, spec])),
    required: entries.filter(([, { isRequired }]) => isRequired).map(([name]) => name),
  };
}

/** The section of examples, one for each language, as Pulumi's documentation reads it. */
function exampleSection(folder: string): string {
  const blocks = Object.entries(exampleFiles).map(
    ([language, file]) => `\`\`\`${language}\n${exampleText(join(folder, file))}\n\`\`\``,
  );
  return [
    "\n\n{{% examples %}}\n## Example Usage\n{{% example %}}\n### Take a snapshot before each upgrade\n",
    ...blocks,
    "{{% /example %}}\n{{% /examples %}}",
  ].join("\n");
}
