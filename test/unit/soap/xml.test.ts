import { expect, test } from "vitest";
import { InvalidArgumentError } from "../../../provider/src/errors";
import { bodyOf, readXml, XmlProblem, XmlReader } from "../../../provider/src/soap/read-xml";
import { element, elementWith } from "../../../provider/src/soap/write-xml";

const deep = (levels: number) => `${"<a>".repeat(levels)}${"</a>".repeat(levels)}`;

test.each([
  ["nothing", "", "document must contain a root element"],
  ["text", "hello", "text data outside of root node"],
  ["a DOCTYPE", "<!DOCTYPE a><a/>", "DOCTYPE"],
  ["an external entity", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "DOCTYPE"],
  ["an unknown entity", "<a>&x;</a>", "undefined entity"],
  ["a tag that doesn't end", "<a><b></a>", "unexpected close tag"],
  ["half of it", "<a><b>", "unclosed tag"],
  ["a second root", "<a/><b/>", "documents may contain only one root"],
  ["two attributes of one name", '<a b="1" b="2"/>', "duplicate attribute"],
  ["a control character", "<a>\u0001</a>", "disallowed character"],
  ["another encoding", '<?xml version="1.0" encoding="ISO-8859-1"?><a/>', "encoding is ISO-8859-1"],
  ["endless nesting", deep(100_000), "nest deeper than 64"],
])("refuses %s", (_, text, problem) => {
  expect(() => readXml(text)).toThrow(XmlProblem);
  expect(() => readXml(text)).toThrow(problem);
});

test("an HTML page isn't an envelope", () => {
  expect(() => bodyOf(readXml("<html><body>Sign in</body></html>"))).toThrow("its root is <html>, not a SOAP envelope");
});

test("reads chunks of any size, CDATA, character references and namespaces", () => {
  const text =
    '<p:a xmlns:p="urn:x" p:Name="&#228;">&lt;<![CDATA[<&]]>&#x6F22;<b xsi:nil="true" xmlns:xsi="urn:i"/></p:a>';
  const reader = new XmlReader();
  for (const character of text) reader.write(character);
  const read = reader.end();
  expect(read).toEqual(readXml(text));
  expect(read).toMatchObject({ name: "a", namespace: "urn:x", attributes: { Name: "ä" }, text: "<<&漢" });
  expect(read.children).toMatchObject([{ name: "b", attributes: { nil: "true" } }]);
});

test("passes on items one by one and keeps none in memory", () => {
  const items: string[] = [];
  const reader = new XmlReader((item) => items.push(item.text));
  reader.write("<r><Items><i>1</i><i>2</i></Items><end/></r>");
  const root = reader.end();
  expect(items).toEqual(["1", "2"]);
  expect(root.children.map(({ name, children }) => [name, children.length])).toEqual([
    ["Items", 0],
    ["end", 0],
  ]);
});

test("escapes strings in elements and attributes", () => {
  const hostile = `]]></a><b x="'&\r\n\t`;
  const read = readXml(elementWith("a", { x: hostile }, hostile, element("c")).text);
  expect(read).toMatchObject({ attributes: { x: hostile }, text: hostile });
  expect(read.children).toHaveLength(1);
});

test.each([
  ["a name", () => element("a b")],
  ["a text", () => element("a", "\u0000")],
  ["half a character", () => element("a", "\ud83d")],
])("refuses %s that XML can't hold", (_, write) => {
  expect(write).toThrow(InvalidArgumentError);
});
