import { expect, it } from "vitest";
import { passwordQuestion } from "../../../../provider/src/transports/ssh/password-prompt";

const isRight = passwordQuestion("a-very-long-account@a-very-long.example.com", "hv01.example.com");

it.each([
  ["a-very-long-account@a-very-long.example.com@hv01.example.com's password: ", true],
  ["a-very-long-account@a-very-lon@hv01.example.com's password: ", true],
  ["jump@bastion.example.com's password: ", false],
  ["Enter passphrase for key '/home/me/.ssh/id_ed25519': ", false],
  [
    "The authenticity of host 'hv01' can't be established.\nAre you sure you want to continue connecting (yes/no/[fingerprint])? ",
    false,
  ],
  ["hv01.example.com's password: ", false],
  ["", false],
])("the question %j gets the password: %s", (prompt, gets) => {
  expect(isRight(prompt)).toBe(gets);
});
