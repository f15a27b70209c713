import { expect, test } from "vitest";
import { bodyOf, childOf, readXml, type XmlElement } from "../../../../provider/src/soap/read-xml";
import { faultError, readFault } from "../../../../provider/src/transports/wsman/fault";

/** The form in which Windows Server 2012 R2 reports a missing object, as recorded in the tests of microsoft/omi. */
const missingObject = `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="urn:a" xmlns:w="urn:w"><s:Header/><s:Body><s:Fault>
<s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>a:DestinationUnreachable</s:Value></s:Subcode></s:Code>
<s:Reason><s:Text xml:lang="en-US">There is no such resource. </s:Text></s:Reason>
<s:Detail><w:FaultDetail>http://schemas.dmtf.org/wbem/wsman/1/wsman/faultDetail/InvalidResourceURI</w:FaultDetail>
<f:WSManFault xmlns:f="urn:f" Code="2150858752" Machine="192.0.2.1"><f:Message>
<f:ProviderFault provider="WMI Provider" path="C:\\Windows\\system32\\WsmWmiPl.dll">
<f:WSManFault Code="2150858752" Machine="HV01"><f:Message>There is no such resource. </f:Message></f:WSManFault>
<f:ExtendedError><p:__ExtendedStatus xmlns:p="urn:p" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><p:Description xsi:nil="true"/>
<p:Operation>GetObject</p:Operation><p:ProviderName>CIMWin32</p:ProviderName><p:StatusCode xsi:nil="true"/></p:__ExtendedStatus></f:ExtendedError>
</f:ProviderFault></f:Message></f:WSManFault></s:Detail></s:Fault></s:Body></s:Envelope>`;

const fault = readFault(childOf(bodyOf(readXml(missingObject)), "Fault") as XmlElement);
const context = { attempted: "Reading an instance", target: "x on HV01" };

test("a missing object is recognized in the form that Windows answers", () => {
  const error = faultError(fault, { ...context, changes: false });
  expect(error).toMatchObject({ code: "CIM_NOT_FOUND", hresult: 0x80338000, effect: "none" });
});

test("the same answer to a call proves nothing about its effect", () => {
  expect(faultError(fault, { ...context, changes: true })).toMatchObject({ code: "CIM_NOT_FOUND", effect: "unknown" });
});
