import { createRequire } from "node:module";

/** Reads YAML with the reader that `@pulumi/pulumi` brings along. */
export function readYaml(text: string): unknown {
  const requireOfPulumi = createRequire(createRequire(__filename).resolve("@pulumi/pulumi/package.json"));
  return (requireOfPulumi("js-yaml") as { load(text: string): unknown }).load(text);
}
