import { expect, it } from "vitest";
import { yamlProgram, yamlProject } from "../support/plugin-project";
import { expectReportedOnce, troubles } from "../support/troubles";

const before = { properties: { collection: "web-tier" } };
const noStack = /\n\s+at [\w.]+ \(/;

const cases: readonly [string, string, Record<string, string>, RegExp][] = [
  [
    "a wrong key",
    yamlProgram({ before }),
    { "hyperv-snapshots:hots": "HV01" },
    /pulumi:providers:hyperv-snapshots \(default[\s\S]*hyperv-snapshots:hots[\s\S]*Did you mean hyperv-snapshots:host\?/,
  ],
  [
    "a wrong value",
    yamlProgram({ before }),
    { "hyperv-snapshots:transport": "telnet" },
    /pulumi:providers:hyperv-snapshots \(default[\s\S]*telnet/,
  ],
  [
    "a type that doesn't exist",
    yamlProgram({ before: { type: "hyperv-snapshots:index:Collection" } }),
    {},
    /hyperv-snapshots:index:Collection/,
  ],
  [
    "an input that doesn't exist",
    yamlProgram({ before: { properties: { collection: "web-tier", trigger: ["1"] } } }),
    {},
    /trigger/,
  ],
  [
    "a look-up that doesn't exist",
    yamlProgram({}, { variables: { found: { "fn::invoke": { function: "hyperv-snapshots:index:getNothing" } } } }),
    {},
    /getNothing/,
  ],
  [
    "an asset among the triggers",
    yamlProgram({
      before: { properties: { collection: "web-tier", triggers: [{ "fn::stringAsset": "content" }] } },
    }),
    {},
    /CollectionSnapshot \(before\)[\s\S]*triggers[\s\S]*assets and archives can't be compared/,
  ],
  [
    "a group that doesn't exist",
    yamlProgram({ before: { properties: { collection: "web-teir" } } }),
    {},
    /CollectionSnapshot \(before\)[\s\S]*web-teir[\s\S]*web-tier/,
  ],
];

it.for(cases)("%s is a clear error, and no snapshot is taken", async ([, program, configuration, message], context) => {
  const project = await yamlProject(context, program, { configuration });
  const up = await project.up();
  expect(up.status).not.toBe(0);
  expect(up.output).toMatch(message);
  expect(up.output).not.toMatch(noStack);
  expect(project.snapshotCounts()).toEqual([0, 0]);
  expect(project.snapshotsInState()).toEqual([]);
});

it.for(troubles)(
  "reports $what once, on the resource's row, with advice that fits the command",
  async (trouble, context) => {
    const impatient = { ...before, options: { customTimeouts: { create: "500ms" } } };
    await expectReportedOnce(await yamlProject(context, yamlProgram({ before: impatient })), trouble);
  },
);
