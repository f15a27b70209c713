import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readRecording, recordingSchema } from "../../../provider/src/probe/recording";
import { jsonSchemaOf } from "../../support/json-schema-of";
import { messageOf } from "../../support/message-of";
import { repositoryFolder } from "../../support/repository";
import { temporaryFolder } from "../../support/temporary-folder";

const fixture = join(repositoryFolder, "test/fixtures/recordings/simulated-unusual.json");
const whole = JSON.parse(readFileSync(fixture, "utf8"));

function reading(content: string): string {
  const file = join(temporaryFolder(), "recording.json");
  writeFileSync(file, content);
  return messageOf(() => readRecording(file));
}

it("recording.schema.json says what recordingSchema says", () => {
  const file = join(repositoryFolder, "provider/src/probe/recording.schema.json");
  const written = {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "What a probe of a Hyper-V host found",
    ...jsonSchemaOf(recordingSchema),
  };
  // to write it again: WRITE_RECORDING_SCHEMA=1 npx vitest run --project unit test/unit/probe/recording.test.ts
  if (process.env["WRITE_RECORDING_SCHEMA"]) writeFileSync(file, `${JSON.stringify(written, null, 2)}\n`);
  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(JSON.parse(JSON.stringify(written)));
});

it("a file that isn't a recording is refused with the reason", () => {
  expect(reading("{")).toContain("it isn't JSON");
  expect(reading("{}")).toContain("format");
  expect(reading(JSON.stringify({ ...whole, version: 2 }))).toContain("Update the package");
  expect(reading(JSON.stringify({ ...whole, members: [{ machine: "Payroll-01" }] }))).toContain("members.0.machine");
  expect(messageOf(() => readRecording("no-such-file"))).toContain("it can't be read");
});
