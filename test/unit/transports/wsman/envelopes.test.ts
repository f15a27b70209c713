import { expect, it } from "vitest";
import { CimInstancePath } from "../../../../provider/src/cim/cim-instance-path";
import { childOf, childText, elementAt, readXml } from "../../../../provider/src/soap/read-xml";
import { enumerateRequest, invokeRequest, writeEnvelope } from "../../../../provider/src/transports/wsman/envelopes";

const namespace = "root\\virtualization\\v2";
const frame = { address: "https://hv01:5986/wsman", operationTimeoutSeconds: 60 };

it("says who is asked, how long it may take, how large the answer may be, and in which language", () => {
  const { id, text } = writeEnvelope(enumerateRequest("SELECT * FROM Msvm_ConcreteJob", namespace), frame);
  const header = childOf(readXml(text), "Header");
  expect(id).toMatch(/^uuid:[0-9A-F-]{36}$/);
  expect(childText(header, "MessageID")).toBe(id);
  expect(childText(header, "To")).toBe("https://hv01:5986/wsman");
  expect(childText(header, "OperationTimeout")).toBe("PT60S");
  expect(childText(header, "MaxEnvelopeSize")).toBe(String(8 * 1024 * 1024));
  // a host that doesn't have the language answers in its own
  for (const name of ["Locale", "DataLocale"])
    expect(childOf(header, name)?.attributes).toEqual({ mustUnderstand: "false", lang: "en-US" });
  for (const name of ["Action", "ResourceURI", "MaxEnvelopeSize"])
    expect(childOf(header, name)?.attributes).toEqual({ mustUnderstand: "true" });
});

it("writes the parameters of a method in the order and by the names of its declaration, in the namespace of its class", () => {
  const path = (className: string, keys: Record<string, string>) => new CimInstancePath({ className, keys });
  const service = path("Msvm_CollectionSnapshotService", { Name: "service" });
  const Collection = path("Msvm_VirtualSystemCollection", { CollectionID: "1" });
  const given = { SnapshotType: 1, snapshotsettings: "<INSTANCE/>", Collection };
  const { text } = writeEnvelope(invokeRequest(service, "CreateSnapshot", given, namespace), frame);
  const input = elementAt(readXml(text), "Body", "CreateSnapshot_INPUT");
  expect(input?.children.map(({ name }) => name)).toEqual(["Collection", "SnapshotSettings", "SnapshotType"]);
  expect(text).toContain(
    `xmlns:m="http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/Msvm_CollectionSnapshotService"`,
  );
  expect(childText(input, "SnapshotSettings")).toBe("<INSTANCE/>");
});
