import { describe, expect, test } from "vitest";
import { type OptionName, optionValues } from "../../../provider/src/simulator/index";
import { clientOptionTests as tests } from "./option-tests/every-option";

describe.each(Object.entries(tests))("the client, where %s", (name, values) => {
  test.each(Object.entries(values))("= %s", (_, run) => run());

  test("is tried with each of its values", () => {
    expect(Object.keys(values).sort()).toEqual([...optionValues[name as OptionName]].sort());
  });
});

test("the client meets every option", () => {
  expect(Object.keys(tests).sort()).toEqual(Object.keys(optionValues).sort());
});
