import { X509Certificate } from "node:crypto";
import { expect, it } from "vitest";
import { makeCertificate } from "../../../../provider/src/simulator/serve/make-certificate";

const content = { name: "HV01", notBefore: new Date(0), notAfter: new Date(86_400_000) };

it.each([0x00, 0x7f, 0x80, 0xff])("is readable whatever its serial number begins with (second byte %i)", (second) => {
  for (let first = 0; first <= 0xff; first += 1) {
    const random = (size: number) => Buffer.from([first, second, ...Array<number>(size - 2).fill(0)]);
    // DER allows neither a negative number nor a leading byte that adds nothing
    expect(new X509Certificate(makeCertificate(content, random).certificate).serialNumber).toMatch(
      /^[4-7][0-9A-F]{31}$/,
    );
  }
});
