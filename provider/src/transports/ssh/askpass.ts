import { connect } from "node:net";

// A program of its own: `ssh` runs it to ask for a password. It passes the question on to the process that knows the password.
const [socketPath = "", prompt = ""] = process.argv.slice(2);

let answer = "";
const socket = connect(socketPath, () => socket.write(`${JSON.stringify(prompt)}\n`));
socket.setEncoding("utf8");
socket.on("data", (piece: string) => {
  answer += piece;
});
socket.on("end", () => {
  if (answer === "") process.exitCode = 1;
  else process.stdout.write(answer);
});
socket.on("error", () => {
  process.exitCode = 1;
});
