import { describe, expect, test } from "vitest";
import { type OptionName, optionValues } from "../../../provider/src/simulator/index";
import { clientOptionTests as tests } from "./option-tests/every-option";

describe.each(Object.entries(tests))("the client on a host with %s", (name, values) => {
  test.each(Object.entries(values))("= %s", (_, run) => run());

  test("is tested with each of its values", () => {
    expect(Object.keys(values).sort()).toEqual([...optionValues[name as OptionName]].sort());
  });
});

test("the client is tested with every option", () => {
  expect(Object.keys(tests).sort()).toEqual(Object.keys(optionValues).sort());
});
