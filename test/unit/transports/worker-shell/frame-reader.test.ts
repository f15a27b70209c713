import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FrameReader } from "../../../../provider/src/transports/worker-shell/frame-reader";

const encode = (text: string) => Buffer.from(text).toString("base64");

function reader() {
  const seen = { frames: [] as [number, string][], noise: [] as string[], garbage: [] as string[] };
  const frames = new FrameReader("token", {
    onFrame: ({ number, text }) => seen.frames.push([number, text]),
    onNoise: (line) => seen.noise.push(line),
    onGarbage: (problem) => seen.garbage.push(problem),
  });
  return { frames, seen };
}

describe("the reader of responses", () => {
  it.each(["\n", "\r\n"])("finds responses among banners, anywhere in a line, with %j", (end) => {
    const { frames, seen } = reader();
    const text = [
      "A banner.",
      `#token:1:${encode('{"a":"東京"}')}`,
      `\u001b[?1hhalf a line #token:2:${encode("2")}`,
      "",
    ];
    frames.push(text.join(end));
    expect(seen).toEqual({
      frames: [
        [1, '{"a":"東京"}'],
        [2, "2"],
      ],
      noise: ["A banner."],
      garbage: [],
    });
  });

  it("reads chunks of any size", () => {
    const whole = `x\r\n#token:1:${encode("first")}\r\ny\n#token:22:${encode("second, ".repeat(50))}\n`;
    fc.assert(
      fc.property(fc.array(fc.nat(whole.length), { maxLength: 20 }), (cuts) => {
        const { frames, seen } = reader();
        const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
        for (let piece = 1; piece < at.length; piece += 1) frames.push(whole.slice(at[piece - 1], at[piece]));
        expect(seen.frames).toEqual([
          [1, "first"],
          [22, "second, ".repeat(50)],
        ]);
      }),
    );
  });

  it.each(["#token:1:?!", "#token:x:AAAA", "#token:1:"])("reports garbage: %s", (line) => {
    const { frames, seen } = reader();
    frames.push(`${line}\n`);
    expect(seen.garbage).toHaveLength(1);
    expect(seen.frames).toEqual([]);
  });

  it("treats another shell's response as noise", () => {
    const { frames, seen } = reader();
    frames.push(`#other:1:${encode("x")}\n`);
    expect(seen.noise).toHaveLength(1);
  });
});
