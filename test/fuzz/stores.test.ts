import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, expect } from "vitest";
import { SimulatedHost } from "../../provider/src/simulator/index";
import { SteppedClock, takeByHand, unhinderedSeed } from "../support/simulated-hosts";
import { temporaryFolder } from "../support/temporary-folder";
import { forAny, fuzz } from "./cases";
import { anyText, changed, changedJson, outcome } from "./inputs";

const separator = "\u001e";
const afterIt = new SteppedClock();

/** The records of a host on which something has happened, each as its line has it. */
const records = ((): readonly string[] => {
  const firstFile = join(temporaryFolder(), "host.jsonl");
  const host = SimulatedHost.open({ storeFile: firstFile, seed: unhinderedSeed, clock: afterIt.read });
  takeByHand(host);
  afterIt.pass(60);
  host.injectFault({ method: "CreateSnapshot", job: { endState: 10, atPercent: 50, errorCode: 32768 } });
  takeByHand(host);
  afterIt.pass(60);
  host.setOption("completion", "atOnce");
  takeByHand(host);
  host.upgradeMachine("web-01", "2.0");
  host.setOption("completion", "job");
  takeByHand(host);
  host.restart({ downSeconds: 0 });
  afterIt.pass(600);
  const lines = readFileSync(firstFile, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => line.replace(separator, ""));
})();

const textOf = (lines: readonly string[]) => lines.map((line) => `${separator}${line}\n`).join("");
const whole = textOf(records);

let storeFile = join(temporaryFolder(), "host.jsonl");
beforeEach(() => {
  storeFile = join(temporaryFolder(), "host.jsonl");
});

/** Puts a text in the place of the store, and opens it. */
function open(text: string): SimulatedHost {
  writeFileSync(storeFile, text);
  return SimulatedHost.open({ storeFile, clock: afterIt.read });
}

const shownClasses = [
  "Msvm_ConcreteJob",
  "Msvm_SnapshotCollection",
  "Msvm_VirtualSystemSettingData",
  "Msvm_ComputerSystem",
];

/** Everything that people and programs see of a host. */
function show(host: SimulatedHost): unknown {
  const instances = shownClasses.map((className) => host.query(`SELECT * FROM ${className}`));
  return [host.tree(), instances.map((some) => some.map(({ properties }) => properties))];
}

const expected = show(open(whole));

async function refusedOrUsable(text: string): Promise<void> {
  const { error } = await outcome(() => {
    const host = open(text);
    show(host);
    if (host.tree().groups.length === 1) takeByHand(host);
  });
  if (error) expect(error.code).toMatch(/^(INVALID_ARGUMENT|CONNECTION_FAILED|CIM_\w+)$/);
}

const place = fc.nat({ max: records.length - 1 });
const spacing = fc.stringMatching(/^[ \t\r]{0,3}$/);

/** What changes nothing: a line that another owner's was faster than, one that was interrupted, spaces. */
const harmless = fc.oneof(
  place.map((at) => textOf([...records, records[at] ?? ""])),
  fc.tuple(place, fc.nat({ max: 200 })).map(([at, length]) => {
    const torn = `${separator}${records[at]?.slice(0, length)}`;
    return `${textOf(records.slice(0, at))}${torn}${textOf(records.slice(at))}`;
  }),
  fc.nat({ max: 200 }).map((length) => `${whole}${separator}${records.at(-1)?.slice(0, length)}`),
  fc
    .tuple(place, spacing)
    .map(([at, space]) =>
      textOf(
        records.map((line, each) =>
          each === at ? JSON.stringify(JSON.parse(line), null, space.trim() ? "" : " ").replaceAll("\n", space) : line,
        ),
      ),
    ),
  place.map((at) => `${textOf(records.slice(0, at))}${separator}\n${textOf(records.slice(at))}`),
);

/** What can't be a store: a record is missing that others build on, or comes after them. */
const broken = fc.oneof(
  fc.nat({ max: records.length - 2 }).map((at) => textOf(records.filter((_, each) => each !== at))),
  fc
    .tuple(
      place,
      anyText.filter((text) => text.trim() !== "" && !text.includes("\n") && !text.includes(separator)),
    )
    .map(([at, text]) => textOf([...records.slice(0, at), `x${text}`, ...records.slice(at)])),
  fc
    .shuffledSubarray([...records], { minLength: records.length })
    .filter((lines) => textOf(lines) !== whole)
    .map(textOf),
);

fuzz("stores", {
  "with meaningless additions show the same host": forAny(harmless, (text) => {
    expect(show(open(text))).toEqual(expected);
  }),
  "without a record that later ones need are refused": forAny(broken, async (text) => {
    const { error } = await outcome(() => open(text).tree());
    expect(error?.code).toBe("INVALID_ARGUMENT");
  }),
  "with any change to their text are refused or show a usable host": forAny(changed(whole), refusedOrUsable),
  "with another value in a record are refused or show a usable host": forAny(
    place.chain((at) =>
      changedJson(JSON.parse(records[at] ?? "")).map((record) =>
        textOf(records.map((line, each) => (each === at ? JSON.stringify(record) : line))),
      ),
    ),
    refusedOrUsable,
  ),
});
