// The names of WS-Management: namespaces, actions, dialects and fault subcodes. Sources: DSP0226, DSP0227, MS-WSMV.

/** XML namespaces, by what they are for. */
export const XmlNamespace = {
  soap: "http://www.w3.org/2003/05/soap-envelope",
  addressing: "http://schemas.xmlsoap.org/ws/2004/08/addressing",
  enumeration: "http://schemas.xmlsoap.org/ws/2004/09/enumeration",
  transfer: "http://schemas.xmlsoap.org/ws/2004/09/transfer",
  wsman: "http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd",
  microsoft: "http://schemas.microsoft.com/wbem/wsman/1/wsman.xsd",
  fault: "http://schemas.microsoft.com/wbem/wsman/1/wsmanfault",
  instance: "http://www.w3.org/2001/XMLSchema-instance",
  cim: "http://schemas.dmtf.org/wbem/wscim/1/common",
  identity: "http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd",
} as const;

/** What a request asks for. A method's action is its class's resource URI, a slash and its name. */
export const WsmanAction = {
  get: `${XmlNamespace.transfer}/Get`,
  enumerate: `${XmlNamespace.enumeration}/Enumerate`,
  pull: `${XmlNamespace.enumeration}/Pull`,
  release: `${XmlNamespace.enumeration}/Release`,
  fault: "http://schemas.dmtf.org/wbem/wsman/1/wsman/fault",
} as const;

/** The resource URI of the service's own configuration. */
export const wsmanConfigUri = "http://schemas.microsoft.com/wbem/wsman/1/config";

/** The dialect of a filter that is a WQL query. */
export const wqlDialect = "http://schemas.microsoft.com/wbem/wsman/1/WQL";

/** The address that stands for the sender of a request. */
export const anonymousAddress = `${XmlNamespace.addressing}/role/anonymous`;

/** The value of `Authorization` when the TLS connection itself has the client's certificate. */
export const certificateScheme = "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual";

const wmi = "http://schemas.microsoft.com/wbem/wsman/1/wmi/";
const dmtf = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/";

/** The resource URI of a class, or of a whole namespace with `*`. */
export function resourceUri(namespace: string, className: string): string {
  return `${wmi}${namespace.replaceAll("\\", "/")}/${className}`;
}

/** The class that a resource URI names, and the namespace where it names one; `undefined` for the URI of anything else. */
export function readResourceUri(uri: string): { readonly namespace?: string; readonly className: string } | undefined {
  const lower = uri.toLowerCase();
  if (lower.startsWith(dmtf)) return { className: uri.slice(dmtf.length) };
  const path = lower.startsWith(wmi) ? uri.slice(wmi.length) : "";
  const at = path.lastIndexOf("/");
  return at > 0 ? { namespace: path.slice(0, at).replaceAll("/", "\\"), className: path.slice(at + 1) } : undefined;
}
