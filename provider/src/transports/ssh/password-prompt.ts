import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StorageError } from "../../errors";
import { ShellFailure } from "../worker-shell/shell-failure";
import { shellQuoted } from "./shell-quoted";

/** The built program, also where this file itself runs from its source, as in tests. */
const askpass = join(__dirname, "../../../dist/transports/ssh/askpass.js");

/** The longest path of a socket on any system, in bytes. Node truncates a longer one: the socket would be outside its folder. */
const longestSocketPath = 100;

/** As long as what `mkdtemp` adds to a name. */
const mkdtempAdds = "123456";

/** Answers the question for a password that one `ssh` asks. */
export interface PasswordPrompt {
  /** What the environment of `ssh` needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** Why the question can't be answered, if it can't. */
  readonly failure: () => ShellFailure | undefined;
  /** Ends the answering, and removes what it needed. */
  readonly close: () => void;
}

/**
 * Waits for the question for a password, which `ssh` asks through a program of its own (`askpass`).
 *
 * Only the expected question is answered, and only once: an answer to any other would give the password to the question about an
 * unknown host key, or to a jump host. The password passes through a socket that only this account can open, so that it is in
 * no argument, no environment and no file.
 *
 * @throws {@link ShellFailure} when there is no folder for the socket.
 */
export function answerPassword(password: string, isExpected: (prompt: string) => boolean): PasswordPrompt {
  const { folder, socketPath, program } = makeFolder();
  let isAnswered = false;
  const server = createServer((socket) => {
    let question = "";
    socket.setEncoding("utf8");
    socket.on("error", () => {});
    socket.on("data", (piece: string) => {
      question += piece;
      if (!question.endsWith("\n")) return;
      const isRight = !isAnswered && isExpected(promptIn(question));
      isAnswered ||= isRight;
      socket.end(isRight ? `${password}\n` : "");
    });
  });
  let failure: ShellFailure | undefined;
  server.on("error", (error) => {
    failure = notAnswerable(error);
  });
  server.listen(socketPath);
  server.unref();
  return {
    // before OpenSSH 8.4 it was the display that decided
    environment: { SSH_ASKPASS: program, SSH_ASKPASS_REQUIRE: "force", DISPLAY: process.env["DISPLAY"] ?? ":0" },
    failure: () => failure,
    close: () => {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Makes the folder of the socket and of the program that asks over it. */
function makeFolder(): { readonly folder: string; readonly socketPath: string; readonly program: string } {
  try {
    const name = "hyperv-snapshots-";
    const isLong = Buffer.byteLength(join(tmpdir(), `${name}${mkdtempAdds}`, "s")) > longestSocketPath;
    const folder = mkdtempSync(join(isLong ? "/tmp" : tmpdir(), name));
    const socketPath = join(folder, "s");
    const program = join(folder, "askpass");
    const words = [process.execPath, askpass, socketPath].map(shellQuoted);
    writeFileSync(program, `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`, { mode: 0o700 });
    return { folder, socketPath, program };
  } catch (error) {
    throw notAnswerable(error as Error);
  }
}

function notAnswerable(error: Error): ShellFailure {
  return new ShellFailure(
    {
      make: (parts, options) => new StorageError(parts, options),
      answer: `ssh can't be given the password (${error.message})`,
      remedy: "Set TMPDIR to a folder in which this account may make files and sockets, or use a key",
    },
    { cause: error },
  );
}

/** Makes the test for the question that `ssh` asks for the password of an account. Older versions shorten both names. */
export function passwordQuestion(user: string, host: string): (prompt: string) => boolean {
  const questions = [`${user}@${host}`, `${user.slice(0, 30)}@${host.slice(0, 128)}`].map(
    (who) => `${who}'s password: `,
  );
  return (prompt) => questions.includes(prompt);
}

function promptIn(line: string): string {
  try {
    return String(JSON.parse(line));
  } catch {
    return "";
  }
}
