import type { Import } from "./import-resource";

/** Writes the program text that declares what is imported. */
export function programText(imports: readonly Import[]): string {
  const used = new Set<string>();
  const declarations = imports.map(({ resource, program }) => {
    const name = variableName(resource.name, used);
    const lines = Object.entries(program).map(([key, value]) => `  ${key}: ${JSON.stringify(value)},`);
    return [
      `const ${name} = new CollectionSnapshot(${JSON.stringify(resource.name)}, {`,
      ...lines,
      "}, { protect: true });",
      "",
    ].join("\n");
  });
  return ['import { CollectionSnapshot } from "pulumi-hyperv-snapshots";', "", ...declarations].join("\n");
}

/** Makes `beforeUpgrade` of `before-upgrade`. A single word gets a second one, since it may be a keyword. */
function variableName(resourceName: string, used: Set<string>): string {
  const camel = resourceName
    .replaceAll(/[^A-Za-z0-9]+(.)?/g, (_, next: string | undefined) => next?.toUpperCase() ?? "")
    .replace(/^[A-Z]/, (first) => first.toLowerCase());
  const base = /^[a-z]/.test(camel) ? camel : `snapshot${camel}`;
  const words = /[A-Z0-9]/.test(base) ? base : `${base}Snapshot`;
  const name = used.has(words) ? `${words}${used.size + 1}` : words;
  used.add(name);
  return name;
}
