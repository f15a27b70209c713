import { expect, it } from "vitest";
import { GatheredReading } from "../../../provider/src/cim/gathered-reading";

/** A reading whose requests are answered one after the other, each with what has the values asked for. */
function readingOf(there: readonly string[], answer: (values: readonly string[]) => void = () => {}) {
  const requests: (readonly string[])[] = [];
  const reading = new GatheredReading<string>({
    read: async (values) => {
      requests.push(values);
      await new Promise((resolve) => setImmediate(resolve));
      answer(values);
      return there.filter((one) => values.some((value) => value.toLowerCase() === one.toLowerCase()));
    },
    valueOf: (found) => found,
    atOnce: 3,
  });
  return { requests, reading };
}

it("sends the first request at once, and gathers later ones into one request", async () => {
  const { requests, reading } = readingOf(["a", "b", "c", "d", "e"]);
  const found = await Promise.all(["a", "B", "c", "d", "e"].map((value) => reading.ask([value])));
  expect(found).toEqual([["a"], ["b"], ["c"], ["d"], ["e"]]);
  expect(requests).toEqual([["a"], ["B", "c", "d"], ["e"]]);
});

it("reads again for a later caller", async () => {
  const { requests, reading } = readingOf(["a"]);
  await reading.ask(["a"]);
  await reading.ask(["a"]);
  expect(requests).toHaveLength(2);
});

it("never splits what one caller asks for", async () => {
  const { requests, reading } = readingOf(["a", "b", "c", "d"]);
  const found = await Promise.all([reading.ask(["x"]), reading.ask(["a", "b", "c", "d"]), reading.ask(["a"])]);
  expect(found).toEqual([[], ["a", "b", "c", "d"], ["a"]]);
  expect(requests).toEqual([["x"], ["a", "b", "c", "d"], ["a"]]);
});

it("repeats a caller's request alone if the common one failed or found nothing for it", async () => {
  const { requests, reading } = readingOf(["a", "b"], (values) => {
    if (values.includes("bad")) throw new Error("refused");
  });
  const [, missing, own] = await Promise.all([reading.ask(["a"]), reading.ask(["missing"]), reading.ask(["b"])]);
  expect([missing, own]).toEqual([[], ["b"]]);
  const [, bad, good] = await Promise.allSettled([reading.ask(["a"]), reading.ask(["bad"]), reading.ask(["b"])]);
  expect([bad, good]).toMatchObject([{ status: "rejected" }, { status: "fulfilled", value: ["b"] }]);
  expect(requests.slice(0, 3)).toEqual([["a"], ["missing", "b"], ["missing"]]);
});
