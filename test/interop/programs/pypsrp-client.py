"""Asks a host through pypsrp, and prints what it answered as JSON: a query, a Get, and CreateSnapshot."""
import json
import sys
import xml.etree.ElementTree as ET
from importlib.metadata import version

from pypsrp.wsman import NAMESPACES, SelectorSet, WSMan

port, how, user, password = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
options = {
    "sealed": {"ssl": False, "auth": "ntlm", "encryption": "always"},
    "TLS": {"ssl": True, "auth": "ntlm", "cert_validation": sys.argv[5]},
    "basic": {"ssl": True, "auth": "basic", "cert_validation": sys.argv[5]},
}[how]
wsman = WSMan("localhost", port=port, username=user, password=password, path="wsman", **options)
root = "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/"
wsen, wsmn, wsa = NAMESPACES["wsen"], NAMESPACES["wsman"], NAMESPACES["wsa"]


def local(node):
    return node.tag.split("}")[1]


def query(wql):
    body = ET.Element("{%s}Enumerate" % wsen)
    ET.SubElement(body, "{%s}OptimizeEnumeration" % wsmn)
    ET.SubElement(body, "{%s}MaxElements" % wsmn).text = "2"
    ET.SubElement(body, "{%s}Filter" % wsmn, Dialect="http://schemas.microsoft.com/wbem/wsman/1/WQL").text = wql
    answer, items = wsman.enumerate(root + "*", body), []
    while True:
        items += [item for holder in answer.iter() if local(holder) == "Items" for item in holder]
        if any(local(node) == "EndOfSequence" for node in answer.iter()):
            return items
        pull = ET.Element("{%s}Pull" % wsen)
        ET.SubElement(pull, "{%s}EnumerationContext" % wsen).text = answer.find(".//{%s}EnumerationContext" % wsen).text
        ET.SubElement(pull, "{%s}MaxElements" % wsen).text = "2"
        answer = wsman.pull(root + "*", pull)


def text(item, name):
    return next((node.text for node in item if local(node) == name), None)


machines = sorted(text(item, "ElementName") for item in query("SELECT * FROM Msvm_ComputerSystem WHERE Caption = 'Virtual Machine'"))
group = query("SELECT * FROM Msvm_VirtualSystemCollection")[0]
service = "Msvm_CollectionSnapshotService"
selectors = SelectorSet()
selectors.add_option("CreationClassName", service)
got = wsman.get(root + service, selector_set=selectors)
parameters = ET.Element("{%s}CreateSnapshot_INPUT" % (root + service))
collection = ET.SubElement(parameters, "{%s}Collection" % (root + service))
ET.SubElement(collection, "{%s}Address" % wsa).text = "http://schemas.xmlsoap.org/ws/2004/08/addressing/role/anonymous"
reference = ET.SubElement(collection, "{%s}ReferenceParameters" % wsa)
ET.SubElement(reference, "{%s}ResourceURI" % wsmn).text = root + "Msvm_VirtualSystemCollection"
keys = ET.SubElement(reference, "{%s}SelectorSet" % wsmn)
ET.SubElement(keys, "{%s}Selector" % wsmn, Name="CollectionID").text = text(group, "CollectionID")
ET.SubElement(parameters, "{%s}SnapshotType" % (root + service)).text = "1"
invoked = wsman.invoke(root + service + "/CreateSnapshot", root + service, parameters, selector_set=selectors)
print(json.dumps({
    "version": version("pypsrp"),
    "machines": machines,
    "host": next(node.text for node in got.iter() if local(node) == "SystemName"),
    "returned": next(node.text for node in invoked.iter() if local(node) == "ReturnValue"),
    "job": next(node.text for node in invoked.iter() if local(node) == "Selector"),
}))
