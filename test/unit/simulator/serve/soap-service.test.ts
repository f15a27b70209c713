import { describe, expect, it } from "vitest";
import { XmlNamespace } from "../../../../provider/src/schema/wsman-names";
import { SoapService } from "../../../../provider/src/simulator/serve/soap-service";
import { SimulatedHost } from "../../../../provider/src/simulator/simulated-host";
import {
  bodyOf,
  childOf,
  childText,
  elementAt,
  elementsBelow,
  readXml,
  type XmlElement,
} from "../../../../provider/src/soap/read-xml";
import { element, elementWith, envelope, type XmlContent } from "../../../../provider/src/soap/write-xml";
import { webTierSeed } from "../../../support/simulated-hosts";

const root = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2";
const wqlDialect = "http://schemas.microsoft.com/wbem/wsman/1/WQL";

/** A service, and requests to it that are written by hand, as foreign clients write theirs. */
class Asking {
  readonly host = SimulatedHost.inMemory({ seed: webTierSeed });
  readonly service = new SoapService({ host: () => this.host });

  async ask(
    action: string,
    uri: string,
    body: XmlContent,
    selectors: Record<string, string> = {},
  ): Promise<XmlElement> {
    const set = Object.entries(selectors).map(([Name, value]) => elementWith("w:Selector", { Name }, value));
    const header = [
      element("a:Action", action),
      element("a:MessageID", "uuid:1"),
      element("w:ResourceURI", uri),
      element("w:SelectorSet", set),
    ];
    const answer = await this.service.answer(envelope(header, body), async () => {});
    if (answer === "connection lost") throw new Error(answer);
    const read = readXml(answer.text);
    expect(elementAt(read, "Header", "RelatesTo")?.text).toBe("uuid:1");
    return bodyOf(read);
  }

  enumerate(wql: string, uri = `${root}/*`, ...options: readonly XmlContent[]): Promise<XmlElement> {
    const filter = elementWith("w:Filter", { Dialect: wqlDialect }, wql);
    return this.ask(`${XmlNamespace.enumeration}/Enumerate`, uri, element("n:Enumerate", ...options, filter));
  }

  pull(context: string, ...options: readonly XmlContent[]): Promise<XmlElement> {
    const body = element("n:Pull", element("n:EnumerationContext", context), ...options);
    return this.ask(`${XmlNamespace.enumeration}/Pull`, `${root}/*`, body);
  }
}

const contextOf = (body: XmlElement) => childText(body.children[0], "EnumerationContext") ?? "";
const faultOf = (body: XmlElement) => elementsBelow(body, "WSManFault").at(-1)?.attributes["Code"];
const machines = "SELECT * FROM Msvm_ComputerSystem";
const optimised = [element("w:OptimizeEnumeration"), element("w:MaxElements", "100")];

describe("the service of a simulated host", () => {
  it("returns every declared property in the declared order, nil if it has no value", async () => {
    const body = await new Asking().enumerate(machines, undefined, ...optimised);
    const [first] = elementsBelow(body, "Msvm_ComputerSystem");
    const names = [...new Set(first?.children.map(({ name }) => name))];
    expect(names.slice(0, 5)).toEqual(["InstanceID", "Caption", "Description", "ElementName", "InstallDate"]);
    expect(names).toContain("ProcessID");
    expect(childOf(first, "ProcessID")?.attributes).toEqual({ nil: "true" });
  });

  it("returns items one by one to a client that doesn't set MaxElements", async () => {
    const at = new Asking();
    const begun = await at.enumerate(machines);
    expect(elementsBelow(begun, "Msvm_ComputerSystem")).toHaveLength(0);
    let count = 0;
    for (let isLast = false; !isLast; count += 1) {
      const pulled = await at.pull(contextOf(begun));
      expect(elementsBelow(pulled, "Msvm_ComputerSystem")).toHaveLength(1);
      isLast = childOf(pulled.children[0], "EndOfSequence") !== undefined;
    }
    expect(count).toBe(5);
    expect(childOf(await at.pull(contextOf(begun)), "Fault")).toBeDefined();
  });

  it("splits what doesn't fit into an envelope", async () => {
    const at = new Asking();
    const service = new SoapService({ host: () => at.host, maxEnvelopeBytes: 8192 });
    const small = Object.assign(new Asking(), { service, host: at.host });
    const begun = await small.enumerate(machines, undefined, ...optimised);
    expect(elementsBelow(begun, "Msvm_ComputerSystem").length).toBeLessThan(5);
    expect(contextOf(begun)).toMatch(/^uuid:/);
  });

  it("forgets an enumeration that is released", async () => {
    const at = new Asking();
    const context = contextOf(await at.enumerate(machines));
    const release = element("n:Release", element("n:EnumerationContext", context));
    await at.ask(`${XmlNamespace.enumeration}/Release`, `${root}/*`, release);
    expect(childOf(await at.pull(context), "Fault")).toBeDefined();
  });

  it("returns a list of properties as a fragment, without class or namespace", async () => {
    const wql = "SELECT Name, ElementName FROM Msvm_ComputerSystem WHERE ElementName = 'web-01'";
    const [item] = elementsBelow(await new Asking().enumerate(wql, undefined, ...optimised), "XmlFragment");
    expect(item?.children.map(({ name }) => name)).toEqual(["Name", "ElementName"]);
  });

  it("returns endpoint references, alone or beside the objects", async () => {
    const at = new Asking();
    const mode = (text: string) => [...optimised, element("w:EnumerationMode", text)];
    const references = await at.enumerate(machines, undefined, ...mode("EnumerateEPR"));
    expect(elementsBelow(references, "EndpointReference")).toHaveLength(5);
    expect(elementsBelow(references, "Msvm_ComputerSystem")).toHaveLength(0);
    const both = await at.enumerate(machines, undefined, ...mode("EnumerateObjectAndEPR"));
    expect(elementsBelow(both, "Item").map(({ children }) => children.length)).toEqual([2, 2, 2, 2, 2]);
  });

  it("replaces __SERVER outside of strings, and compares GUIDs without regard to case", async () => {
    const at = new Asking();
    const count = async (wql: string) =>
      elementsBelow(await at.enumerate(wql, undefined, ...optimised), "Msvm_ComputerSystem").length;
    expect(await count(`${machines} WHERE Name != __SERVER`)).toBe(4);
    expect(await count(`${machines} WHERE ElementName = '__SERVER'`)).toBe(0);
    const [machine] = at.host.query(`${machines} WHERE ElementName = 'web-01'`);
    expect(await count(`${machines} WHERE Name = '${machine?.string("Name")?.toLowerCase()}'`)).toBe(1);
    expect(await count(`${machines} WHERE Name = '${machine?.string("Name")?.toUpperCase()}'`)).toBe(1);
  });

  it("has the computer classes that clients read when they open a connection", async () => {
    const at = new Asking();
    const cimv2 = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/*";
    for (const name of ["Win32_ComputerSystem", "Win32_ComputerSystemProduct", "Win32_OperatingSystem"]) {
      const body = await at.enumerate(`SELECT * FROM ${name}`, cimv2, ...optimised);
      expect(elementsBelow(body, name), name).toHaveLength(1);
    }
    expect(faultOf(await at.enumerate("SELECT * FROM Win32_Process", cimv2))).toBe(String(0x80041010));
  });

  it("finds a service by some of its keys if they identify one", async () => {
    const at = new Asking();
    const get = (className: string, selectors: Record<string, string>) =>
      at.ask(`${XmlNamespace.transfer}/Get`, `${root}/${className}`, undefined, selectors);
    const name = "Msvm_CollectionSnapshotService";
    expect(childText((await get(name, { CreationClassName: name })).children[0], "SystemName")).toBe("HV-TEST");
    const several = await get("Msvm_ComputerSystem", { CreationClassName: "Msvm_ComputerSystem" });
    expect(elementAt(several, "Fault", "Code", "Subcode", "Value")?.text).toBe("w:InvalidSelectors");
  });

  it("finds nothing without selectors: no class of the host has only one instance by its schema", async () => {
    const at = new Asking();
    const got = await at.ask(`${XmlNamespace.transfer}/Get`, `${root}/Msvm_CollectionSnapshotService`, undefined);
    expect(faultOf(got)).toBe("2150859002");
  });

  it("responds with a fault to a prefix that isn't declared", async () => {
    const answer = await new Asking().service.answer(envelope([], element("wsman:Identify")), async () => {});
    expect(answer).toMatchObject({ status: 500, text: expect.stringMatching(/Code="2150858817".*wsman/s) });
  });

  it("identifies itself", async () => {
    const identify = elementWith("i:Identify", { "xmlns:i": XmlNamespace.identity });
    expect((await new Asking().ask("", "", identify)).children[0]?.name).toBe("IdentifyResponse");
  });

  it.each([
    ["another namespace", "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/nowhere/*", 0x8004100e],
    ["a class that isn't there", `${root}/Msvm_Nothing`, 0x80041010],
  ])("refuses %s by its number", async (_, uri, number) => {
    expect(faultOf(await new Asking().enumerate("SELECT * FROM Msvm_Nothing", uri))).toBe(String(number));
  });

  it("sends an injected number as a fault, and sends nothing for a lost connection", async () => {
    const at = new Asking();
    at.host.injectFault({ verb: "query", hresult: 0x800706be });
    expect(faultOf(await at.enumerate(machines))).toBe(String(0x800706be));
    at.host.injectFault({ verb: "query", connection: "lostBefore" });
    await expect(at.enumerate(machines)).rejects.toThrow("connection lost");
  });

  it("responds with a fault to a request that isn't an envelope", async () => {
    const answer = await new Asking().service.answer("<html/>", async () => {});
    expect(answer).toMatchObject({ status: 500, text: expect.stringContaining("SchemaValidationError") });
  });
});
