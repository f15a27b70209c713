import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CommandLine } from "./command-line";

/** What the stand-in for the Pulumi CLI answers. */
export interface FakePulumi {
  /** The selected stack; none is selected if absent. */
  readonly selected?: string;
  /** Each stack's configuration and state. */
  readonly stacks: Readonly<
    Record<string, { readonly configuration: Readonly<Record<string, string>>; readonly state?: object }>
  >;
  /** Fails each `pulumi config` with this message. */
  readonly configError?: string;
}

/**
 * Makes a Pulumi project beside a command's host, and a stand-in for the CLI on its PATH, which answers as CLI 3.259.0 does.
 *
 * @returns The project's folder.
 */
export function fakePulumi(at: CommandLine, answers: FakePulumi): string {
  const project = join(at.folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "Pulumi.yaml"), "name: shop\nruntime: nodejs\n");
  const script = join(at.folder, "pulumi");
  writeFileSync(
    script,
    `#!${process.execPath}
const answers = ${JSON.stringify(answers)};
const words = process.argv.slice(2);
const fail = (message) => { process.stderr.write("error: " + message + "\\n"); process.exit(1); };
const given = words.indexOf("--stack");
const name = given === -1 ? answers.selected : words[given + 1];
if (name === undefined) fail("no stack selected; please use \`pulumi stack select\` or \`pulumi stack init\` to choose one");
const stack = answers.stacks[name];
if (!stack) fail("no stack named '" + name + "' found");
if (words[0] === "config") {
  if (answers.configError) fail(answers.configError);
  const values = Object.entries(stack.configuration).map(([key, value]) => [key, { value, secret: false }]);
  console.log(JSON.stringify(Object.fromEntries(values)));
} else if (words[1] === "export") console.log(JSON.stringify(stack.state));
else console.log(name);
`,
  );
  chmodSync(script, 0o755);
  return project;
}
