import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import * as config from "../../../provider/src/config";
import { groupInputNames } from "../../../provider/src/group/properties";
import { inputNames, replacingInputs } from "../../../provider/src/snapshot/properties";
import { makeSchema } from "../../../tools/plugin-schema/make-schema";
import { schemaFile, schemaSources } from "../../../tools/plugin-schema/schema-sources";
import { repositoryFolder } from "../../support/repository";

const sources = schemaSources(repositoryFolder, { ...config, replacingInputs });
const made = JSON.parse(JSON.stringify(makeSchema(sources)));
const committed = JSON.parse(readFileSync(join(repositoryFolder, schemaFile), "utf8"));
const snapshot = committed.resources["hyperv-snapshots:index:CollectionSnapshot"];
const group = committed.resources["hyperv-snapshots:index:VirtualSystemCollection"];

it("the committed schema matches the tables; if not, run npm run generate", () => {
  expect(committed).toEqual(made);
});

describe("the schema", () => {
  it("has the inputs that check accepts, and marks those that replace", () => {
    expect(Object.keys(snapshot.inputProperties).toSorted()).toEqual([...inputNames].toSorted());
    expect(Object.keys(group.inputProperties).toSorted()).toEqual([...groupInputNames].toSorted());
    const replacing = Object.entries<{ willReplaceOnChanges?: true }>(snapshot.inputProperties)
      .filter(([, spec]) => spec.willReplaceOnChanges)
      .map(([name]) => name);
    expect(replacing.toSorted()).toEqual([...replacingInputs].toSorted());
  });

  it("has every configuration key, and hides those that may hold a password", () => {
    expect(Object.keys(committed.config.variables)).toEqual(Object.keys(config.configurationKeys));
    const hidden = Object.entries<{ secret?: true }>(committed.provider.inputProperties)
      .filter(([, spec]) => spec.secret)
      .map(([name]) => name);
    const keys: Record<string, config.ConfigurationKey> = config.configurationKeys;
    const secretKeys = Object.entries(keys).filter(([, key]) => key.isSecret);
    expect(hidden.toSorted()).toEqual([...secretKeys.map(([name]) => name), "connections"].toSorted());
  });

  it("describes every property, and shows an example in each language", () => {
    const properties = [committed.provider, snapshot, group, ...Object.values<object>(committed.types)].flatMap((one) =>
      Object.entries<{ description?: string }>(one.inputProperties ?? one.properties),
    );
    expect(properties.filter(([, { description }]) => !description)).toEqual([]);
    for (const language of ["typescript", "python", "go", "csharp", "yaml"]) {
      expect(snapshot.description).toContain(`\`\`\`${language}\n`);
    }
  });

  it("takes over the resources of dynamic stacks", () => {
    expect(snapshot.aliases).toEqual([{ type: "pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot" }]);
    expect(group.aliases).toEqual([{ type: "pulumi-nodejs:dynamic/hyperv-snapshots:VirtualSystemCollection" }]);
  });
});
