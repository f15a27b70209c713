import { createRequire } from "node:module";

/** Reads YAML with the reader that `@pulumi/pulumi` brings along: it is needed only where a project names its own backend. */
export function readYaml(text: string): unknown {
  const requireOfPulumi = createRequire(require.resolve("@pulumi/pulumi/package.json"));
  return (requireOfPulumi("js-yaml") as { load(text: string): unknown }).load(text);
}
