import { execFile } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { Server } from "node:net";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { virtualizationNamespace as namespace } from "../../../../provider/src/schema/names";
import { answerPassword, passwordQuestion } from "../../../../provider/src/transports/ssh/password-prompt";
import { openSshSession } from "../../../../provider/src/transports/ssh/ssh-session";
import { temporaryFolder } from "../../../support/temporary-folder";

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

describe.skipIf(process.platform === "win32")("the folder for temporary files", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
    vi.restoreAllMocks();
  });

  it("may have a longer path than a socket can have", async () => {
    const long = join(temporaryFolder(), "x".repeat(100));
    mkdirSync(long);
    vi.stubEnv("TMPDIR", long);
    const prompts = ["one", "two"].map((password) => answerPassword(password, () => true));
    const answers = prompts.map(({ environment }) => promisify(execFile)(environment["SSH_ASKPASS"] ?? "", ["?"]));
    expect((await Promise.all(answers)).map(({ stdout }) => stdout)).toEqual(["one\n", "two\n"]);
    for (const { close } of prompts) close();
    expect(readdirSync(join(long, ".."))).toEqual(["x".repeat(100)]);
  });

  /** Opens a session by an ssh that the password isn't given to. */
  const refusal = (temporary?: string) => {
    const folder = temporaryFolder();
    const script = [
      'case "$1" in -V) echo OpenSSH_9.2p1 >&2; exit;; -G) exit;; esac',
      "echo 'me@hv01: Permission denied (password).' >&2; exit 255",
    ];
    writeFileSync(join(folder, "ssh"), ["#!/bin/sh", ...script, ""].join("\n"), { mode: 0o755 });
    vi.stubEnv("PATH", `${folder}${delimiter}${process.env["PATH"]}`);
    if (temporary !== undefined) vi.stubEnv("TMPDIR", temporary);
    const options = { host: "hv01", userName: "me", password: "secret-text", remoteShell: "pwsh", namespace } as const;
    return openSshSession(options).catch((error: unknown) => error);
  };

  it("is an error of this computer if it doesn't exist", async () => {
    const error = await refusal("/nowhere");
    expect(error).toMatchObject({ code: "FILE_FAILED", effect: "none" });
    expect(String(error)).toContain("Set TMPDIR");
  });

  it("is an error of this computer if it takes no socket, and not a refused log-on", async () => {
    vi.spyOn(Server.prototype, "listen").mockImplementation(function (this: Server) {
      process.nextTick(() => this.emit("error", new Error("listen ENOTSUP")));
      return this;
    });
    const error = await refusal();
    expect(error).toMatchObject({ code: "FILE_FAILED", effect: "none" });
    expect(String(error)).toContain("listen ENOTSUP");
  });
});
