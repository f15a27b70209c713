export { type CertificateContent, type MadeCertificate, makeCertificate } from "./make-certificate";
export { type ServedAuthentication, WsmanServer, type WsmanServerOptions } from "./wsman-server";
