import { SimulatedHost } from "pulumi-hyperv-snapshots/simulator";
import { readInstance, SoapService, XmlReader } from "./built";

const origin = { hostName: "H", namespace: "root\\virtualization\\v2" };
const pieceLength = 65_536;

/** Makes an answer with so many machines, as the simulated host writes it, in the pieces in which it would come. */
export async function largeAnswer(
  machines: number,
): Promise<{ readonly pieces: readonly string[]; readonly bytes: number }> {
  const seed = { machines: Array.from({ length: machines }, (_, at) => ({ name: `vm-${at}` })) };
  const host = SimulatedHost.inMemory({ seed });
  const service = new SoapService({ host: () => host as never, maxEnvelopeBytes: 64e6 });
  const uri = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/*";
  const action = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate";
  const filter =
    '<w:Filter Dialect="http://schemas.microsoft.com/wbem/wsman/1/WQL">SELECT * FROM Msvm_ComputerSystem</w:Filter>';
  const request = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:w="w"><s:Header><Action>${action}</Action><ResourceURI>${uri}</ResourceURI></s:Header><s:Body><Enumerate><OptimizeEnumeration/><MaxElements>100000</MaxElements>${filter}</Enumerate></s:Body></s:Envelope>`;
  const answer = await service.answer(request, async () => {});
  if (answer === "connection lost") throw new Error(answer);
  const { text } = answer;
  const count = Math.ceil(text.length / pieceLength);
  const pieces = Array.from({ length: count }, (_, at) => text.slice(at * pieceLength, (at + 1) * pieceLength));
  return { pieces, bytes: Buffer.byteLength(text) };
}

/** Reads an answer as the transport does. @returns How many instances there are. */
export function readAnswer(pieces: readonly string[], onItem: () => void = () => {}): number {
  const found: unknown[] = [];
  const reader = new XmlReader((item) => {
    found.push(readInstance(item, undefined, origin));
    onItem();
  });
  for (const piece of pieces) reader.write(piece);
  reader.end();
  return found.length;
}
