// Plays a PowerShell that goes wrong as its first argument says; needs no PowerShell. `fake-shell.ts` makes a program of it.
const { createInterface } = require("node:readline");

const mode = process.argv[2];
let newLine = "\r\n";
const print = (/** @type {string} */ text) => process.stdout.write(`${text}${newLine}`);
const frame = (/** @type {number | string} */ number, /** @type {string} */ text) =>
  `#${token}:${number}:${Buffer.from(text).toString("base64")}`;
let token = "";

/** What is answered to a request that doesn't belong to the opening of a session. @type {Record<string, (number: string) => void>} */
const wrongAnswers = {
  garbage: (number) => print(`#${token}:${number}:?!`),
  "other number": () => print(frame(7, '{"answer":[]}')),
  "no JSON": (number) => print(frame(number, "{")),
  "no answer": (number) => print(frame(number, "{}")),
  "no end": () => process.stdout.write("x".repeat(70 * 1024 * 1024)),
  ends: () => process.exit(0),
  "ends with 3": () => process.exit(3),
  silent: () => {},
};

/** How `New-CimSession` tells that a host doesn't accept the account. */
const logonFailure = {
  type: "Microsoft.Management.Infrastructure.CimException",
  id: "HRESULT 0x8007052e,Microsoft.Management.Infrastructure.CimCmdlets.NewCimSessionCommand",
  messageId: "HRESULT 0x8007052e",
  errorCode: null,
  nativeErrorCode: 1,
  isModule: false,
  text: "Der Benutzername oder das Kennwort ist falsch.",
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const [, stream, text] = /^\[Console\]::(Out|Error)\.WriteLine\("(\w+)"\)$/.exec(line) ?? [];
  if (stream === "Out") print(text ?? "");
  if (stream === "Error") process.stderr.write(`${text}${newLine}`);
  if (line.startsWith("[Console]::Out.NewLine")) newLine = "\n";
  if (line.startsWith('"#language-mode:'))
    print(`#language-mode:${mode === "restricted" ? "ConstrainedLanguage" : "FullLanguage"}`);
  if (mode === "ends at its start" && line.startsWith(". (")) {
    process.stderr.write("Out of sorts.\r\n");
    process.exit(1);
  }
  const started = /Start-Worker '(\w+)'/.exec(line)?.[1];
  token = started ?? token;
  if (started !== undefined && mode === "blocks the worker") print("#worker-blocked:ScriptContainedMaliciousContent");
  else if (started !== undefined && mode !== "hangs at its start") print(frame(0, '{"answer":{"ready":true}}'));
  const [, number, data = ""] = /^(\d+) (.*)/.exec(line) ?? [];
  if (number === undefined) return;
  const { verb, wql } = JSON.parse(Buffer.from(data, "base64").toString());
  if (verb === "open" && mode === "logon fails") print(frame(number, JSON.stringify({ failure: logonFailure })));
  else if (verb === "open") print(frame(number, '{"answer":{"computerName":"FAKE"}}'));
  else if (wql?.includes("Service")) print(frame(number, '{"answer":[]}'));
  else (wrongAnswers[mode ?? ""] ?? ((right) => print(frame(right, '{"answer":[]}'))))(number);
});
