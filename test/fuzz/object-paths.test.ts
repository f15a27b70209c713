import fc from "fast-check";
import { expect } from "vitest";
import { CimInstancePath, type CimKeyValue } from "../../provider/src/cim/cim-instance-path";
import { forAny, fuzz } from "./cases";
import { anyText, changed, identifier, outcome } from "./inputs";

const scalar = fc.oneof(anyText, fc.integer(), fc.boolean(), fc.bigInt({ min: 2n ** 60n, max: 2n ** 64n }));
const place = fc.record({
  host: fc.option(fc.stringMatching(/^[A-Za-z0-9.-]{1,15}$/), { nil: undefined }),
  namespace: fc.constantFrom("root\\virtualization\\v2", "root/HyperVCluster/v2", "root"),
});

const flatPath = fc
  .record({
    className: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_]{0,12}$/),
    names: fc.uniqueArray(identifier, { minLength: 1, maxLength: 3, selector: (name) => name.toLowerCase() }),
    values: fc.array(scalar, { minLength: 3, maxLength: 3 }),
    place: fc.option(place, { nil: undefined }),
  })
  .map(({ className, names, values, place: where }) => {
    const keys: Record<string, CimKeyValue> = Object.fromEntries(names.map((name, at) => [name, values[at] ?? ""]));
    return new CimInstancePath({ className, keys, ...where });
  });

/** With a path as the value of a key, as associations have it. */
const nestedPath = fc.tuple(flatPath, flatPath).map(
  ([outer, inner]) =>
    new CimInstancePath({
      className: outer.className,
      keys: { Antecedent: inner, Dependent: outer },
      namespace: "root\\virtualization\\v2",
    }),
);

/** Paths of one class, whose values are made of what separates them. */
const similarValue = fc.string({ unit: fc.constantFrom(...'aAb=,"\\1'), maxLength: 6 });
const similarPath = fc
  .record({ a: similarValue, b: similarValue })
  .map((keys) => new CimInstancePath({ className: "C", keys }));

const pathText = flatPath.map(String);

fuzz("object paths", {
  "a path is unchanged after it was written and read": forAny(flatPath, (path) => {
    const again = CimInstancePath.parse(path.toString());
    expect(again.toString()).toBe(path.toString());
    expect(Object.entries(again.keys)).toEqual(Object.entries(path.keys));
    expect(again).toMatchObject({ className: path.className, namespace: path.namespace, host: path.host });
    expect(again.equals(path)).toBe(true);
  }),
  "a nested path is unchanged after it was written and read": forAny(nestedPath, (path) => {
    const again = CimInstancePath.parse(path.toString());
    for (const [name, value] of Object.entries(path.keys)) {
      expect(CimInstancePath.parse(String(again.key(name))).equals(value as CimInstancePath)).toBe(true);
    }
  }),
  "any text is refused, or read as a path that is written the same": forAny(
    fc.oneof(anyText, fc.string({ unit: fc.constantFrom(..."\\/\"'=.,:@aA_1-+ ", "TRUE", "root") })),
    refusedOrStable,
  ),
  "a path with a mistake is refused, or read as a path that is written the same": forAny(
    pathText.chain(changed),
    refusedOrStable,
  ),
  "two paths are equal if each key of one equals the other's": forAny(
    fc.tuple(similarPath, similarPath, fc.boolean()),
    ([one, other, isSame]) => {
      const second = isSame ? new CimInstancePath({ ...one, keys: reversed(one.keys) }) : other;
      const agree = Object.entries(one.keys).every(
        ([name, value]) => String(value).toLowerCase() === String(second.key(name)).toLowerCase(),
      );
      expect(one.equals(second)).toBe(agree);
    },
  ),
});

async function refusedOrStable(text: string): Promise<void> {
  const { value, error } = await outcome(() => CimInstancePath.parse(text));
  if (error) return expect(error.code).toBe("INVALID_ARGUMENT");
  const again = CimInstancePath.parse(value.toString());
  expect(again.toString()).toBe(value.toString());
  expect(again.equals(value)).toBe(true);
  expect(Object.entries(again.keys)).toEqual(Object.entries(value.keys));
}

function reversed(keys: CimInstancePath["keys"]): CimInstancePath["keys"] {
  return Object.fromEntries(Object.entries(keys).reverse());
}
