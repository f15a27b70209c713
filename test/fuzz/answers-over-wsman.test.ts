import { createServer, type Socket } from "node:net";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CimInstancePath } from "../../provider/src/cim/cim-instance-path";
import type { CimSession } from "../../provider/src/cim/cim-session";
import type { CimValue } from "../../provider/src/cim/cim-value";
import { canStandInXml } from "../../provider/src/cim/embedded-instance";
import { HyperVError } from "../../provider/src/errors";
import { bodyOf, readXml } from "../../provider/src/soap/read-xml";
import { readValue, writeValue } from "../../provider/src/soap/values";
import { element, envelope } from "../../provider/src/soap/write-xml";
import { httpAnswer, RawAnswers } from "../support/raw-answers";
import { openServed } from "../support/wsman-hosts";
import { forAny, fuzz } from "./cases";
import { anyText } from "./inputs";

const soap = "application/soap+xml;charset=UTF-8";
const origin = { hostName: "HV01", namespace: "root\\virtualization\\v2" };

/** What a host answers to a query, with the id that it has to name. */
function goodAnswer(id: string): string {
  const item = `<i:Msvm_ConcreteJob xmlns:i="urn:job"><i:InstanceID>1</i:InstanceID><i:JobState>7</i:JobState><i:ErrorDescription xsi:nil="true"/><i:StartTime><cim:Datetime>2026-11-26T12:00:00Z</cim:Datetime></i:StartTime></i:Msvm_ConcreteJob>`;
  const body = `<n:EnumerateResponse><n:EnumerationContext/><w:Items>${item}</w:Items><w:EndOfSequence/></n:EnumerateResponse>`;
  return envelope([element("a:RelatesTo", id)], element("x", "HERE")).replace("<x>HERE</x>", body);
}

let server: RawAnswers;
let session: CimSession;
let mangle: (good: Buffer) => Buffer = (good) => good;
let type = soap;

beforeAll(async () => {
  server = await RawAnswers.start((request) => {
    const id = /MessageID>([^<]+)</.exec(request)?.[1] ?? "";
    return httpAnswer(200, type, mangle(Buffer.from(goodAnswer(id))));
  });
  session = await openServed(server.port, "plain");
});

afterAll(async () => {
  await session.close();
  await server.stop();
});

/** Asks; whatever comes is a right answer or a typed error, and the session serves the next request. */
async function ask(): Promise<void> {
  const answer = await session.query("SELECT * FROM Msvm_ConcreteJob").catch((error: unknown) => error);
  if (!Array.isArray(answer)) {
    if (!HyperVError.isInstance(answer)) throw answer;
    expect(answer.effect).toBe("none");
  }
  mangle = (good) => good;
  type = soap;
  expect(await session.query("SELECT * FROM Msvm_ConcreteJob")).toHaveLength(1);
}

const position = fc.double({ min: 0, max: 1, noNaN: true });
const insertion = fc.oneof(
  fc.constantFrom(
    "<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
    "&x;",
    "&#0;",
    "&#xD800;",
    "<![CDATA[",
    "]]>",
    "<?xml version='1.0' encoding='UTF-16'?>",
    "<!--",
    "<a:b>",
    "</w:Items>",
    "<a>".repeat(1000),
    "xmlns:i='urn:other'",
    "\u0000",
  ),
  anyText,
);

const scalar: fc.Arbitrary<readonly [string, CimValue]> = fc.oneof(
  fc.tuple(fc.constant("string"), anyText.filter(canStandInXml)),
  fc.tuple(fc.constant("boolean"), fc.boolean()),
  fc.tuple(fc.constant("sint32"), fc.integer()),
  fc.tuple(fc.constant("uint64"), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })),
  fc.tuple(
    fc.constant("real64"),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
  ),
  fc.tuple(fc.constant("string[]"), fc.array(anyText.filter(canStandInXml), { minLength: 1, maxLength: 5 })),
  fc.tuple(
    fc.constant("ref CIM_Job"),
    anyText.filter(canStandInXml).map(
      (InstanceID) =>
        new CimInstancePath({
          className: "Msvm_ConcreteJob",
          keys: { InstanceID },
          host: "HV01",
          namespace: origin.namespace,
        }),
    ),
  ),
);

fuzz("answers over WS-Management", {
  "a truncated response": forAny(position, async (part) => {
    mangle = (good) => good.subarray(0, Math.floor(good.length * part));
    await ask();
  }),
  "a response with inserted text": forAny(fc.tuple(position, insertion), async ([part, text]) => {
    mangle = (good) => {
      const at = Math.floor(good.length * part);
      return Buffer.concat([good.subarray(0, at), Buffer.from(text), good.subarray(at)]);
    };
    await ask();
  }),
  "a response with changed bytes": forAny(
    fc.array(fc.tuple(position, fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 8 }),
    async (changes) => {
      mangle = (good) => {
        for (const [part, byte] of changes) good[Math.floor((good.length - 1) * part)] = byte;
        return good;
      };
      await ask();
    },
  ),
  "a response in another encoding": forAny(fc.constantFrom("utf16le", "latin1", "base64", "hex"), async (encoding) => {
    mangle = (good) => Buffer.from(good.toString("utf8"), encoding as BufferEncoding);
    type = encoding === "utf16le" ? "application/soap+xml;charset=UTF-16" : soap;
    await ask();
  }),
  "a value is unchanged after it was sent and returned": forAny(scalar, ([valueType, value]) => {
    const written = writeValue("v", value, valueType, origin.namespace);
    const read = bodyOf(readXml(envelope([], element("x", written)))).children[0]?.children ?? [];
    expect(readValue(read, valueType, origin)).toEqual(value);
  }),
});

it("an endless response is refused at 8 MiB, with and without a declared length", async () => {
  for (const head of ["Transfer-Encoding: chunked", `Content-Length: ${100 * 1024 * 1024}`]) {
    let written = 0;
    const sockets = new Set<Socket>();
    const flood = createServer((socket) => {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.once("data", () => {
        socket.write(`HTTP/1.1 200 OK\r\nContent-Type: ${soap}\r\n${head}\r\n\r\n`);
        const chunk = head.startsWith("T") ? `10000\r\n${"<a>x</a>".repeat(8192)}\r\n` : "<a>x</a>".repeat(8192);
        const more = () => {
          while (!socket.destroyed && written < 100 * 1024 * 1024) {
            written += chunk.length;
            const first = written === chunk.length ? chunk.replace("<a>x</a>", "<root>--") : chunk;
            if (!socket.write(first)) return void socket.once("drain", more);
          }
        };
        more();
      });
    });
    await new Promise<void>((resolve) => flood.listen(0, "127.0.0.1", resolve));
    const { port } = flood.address() as { port: number };
    const before = process.memoryUsage().rss;
    const error = await openServed(port, "plain").catch((thrown: unknown) => thrown);
    expect(HyperVError.isInstance(error) && error.code).toBe("PROTOCOL");
    expect(String(error)).toContain("longer than 8 MiB");
    expect(written).toBeLessThan(24 * 1024 * 1024);
    expect(process.memoryUsage().rss - before).toBeLessThan(400 * 1024 * 1024);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => flood.close(resolve));
  }
});
