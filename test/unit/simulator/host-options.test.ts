import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../../provider/src/errors";
import { type OptionName, optionValues } from "../../../provider/src/simulator/host-options";
import { messageOf } from "../../support/message-of";
import { HostAtHand } from "../../support/simulated-hosts";
import { hostOptionTests as tests } from "./option-tests/every-option";

describe.each(Object.entries(tests))("%s", (name, values) => {
  test.each(Object.entries(values))("= %s", (_, run) => run());

  test("is tested with each of its values", () => {
    expect(Object.keys(values).sort()).toEqual([...optionValues[name as OptionName]].sort());
  });
});

test("every option is tested", () => {
  expect(Object.keys(tests).sort()).toEqual(Object.keys(optionValues).sort());
});

test("an unknown option or value is refused with the list of valid ones", () => {
  const { host } = new HostAtHand();
  const unknownName = () => host.setOption("membersAway" as OptionName, "accept" as never);
  const unknownValue = () => host.setOption("membersOff", "maybe" as never);
  expect(unknownName).toThrow(InvalidArgumentError);
  expect(messageOf(unknownName)).toContain("Options are: ");
  expect(messageOf(unknownName)).toContain("membersOff");
  expect(messageOf(unknownValue)).toContain("Use one of: refuse32770, accept.");
});
