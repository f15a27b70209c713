import { describe, expect, it } from "vitest";
import { engineProcess, showsDebug } from "../../../provider/src/process/engine-process";

const cli = (...parameters: string[]) => ({ program: "pulumi", parameters });

describe("debug messages are sent", () => {
  it.each([
    ["up", "--yes", "--debug"],
    ["up", "-d"],
    ["up", "-yd"],
    ["-v=9", "--logtostderr", "up"],
    ["up", "--verbose=3"],
  ])("to a CLI that shows or logs them: %s %s %s", (...parameters) => {
    expect(showsDebug(cli(...parameters.filter((word) => word !== undefined)), {})).toBe(true);
  });

  it("where the environment asks for them, or nothing is known of the CLI", () => {
    expect(showsDebug(cli("up"), { PULUMI_OPTION_DEBUG: "true" })).toBe(true);
    expect(showsDebug(cli("up"), { PULUMI_OPTION_VERBOSE: "9" })).toBe(true);
    expect(showsDebug(undefined, {})).toBe(true);
  });

  it.each([["up", "--yes", "--skip-preview", "--stack=dev"], ["destroy"], ["preview", "--diff", "-y", "-s", "dev"]])(
    "to no other: %s %s %s",
    (...parameters) => {
      expect(showsDebug(cli(...parameters), {})).toBe(false);
    },
  );
});

it("a process that no CLI started finds none", () => {
  expect(engineProcess()).toBeUndefined();
});
