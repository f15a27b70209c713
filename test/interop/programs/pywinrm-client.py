"""Asks a host through pywinrm, and prints what it answered as JSON."""
import json
import re
import sys
from importlib.metadata import version

from winrm.protocol import Protocol

port, how, user, password = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4]
scheme = "http" if how == "sealed" else "https"
trust = {} if how == "sealed" else {"ca_trust_path": sys.argv[5]}
protocol = Protocol(
    endpoint="%s://localhost:%s/wsman" % (scheme, port),
    transport="basic" if how == "basic" else "ntlm",
    username=user,
    password=password,
    message_encryption="always" if how == "sealed" else "auto",
    **trust,
)
root = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/*"
message = """<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing" xmlns:w="http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd" xmlns:n="http://schemas.xmlsoap.org/ws/2004/09/enumeration"><s:Header><a:To>x</a:To><w:ResourceURI>%s</w:ResourceURI><a:Action>http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate</a:Action><a:MessageID>uuid:%d</a:MessageID></s:Header><s:Body><n:Enumerate><w:OptimizeEnumeration/><w:MaxElements>50</w:MaxElements><w:Filter Dialect="http://schemas.microsoft.com/wbem/wsman/1/WQL">SELECT * FROM Msvm_ComputerSystem</w:Filter></n:Enumerate></s:Body></s:Envelope>"""
answers = [protocol.send_message(message % (root, number)) for number in range(3)]
names = sorted(re.findall(r"<i:ElementName>([^<]*)<", answers[-1] if isinstance(answers[-1], str) else answers[-1].decode()))
print(json.dumps({"version": version("pywinrm"), "names": names, "answers": len(answers)}))
