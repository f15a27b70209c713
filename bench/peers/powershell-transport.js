// A simple connection to a Hyper-V host for comparison: one PowerShell that is kept, one request after the other.
const childProcess = require("node:child_process");
const crypto = require("node:crypto");

const namespace = "root\\virtualization\\v2";
const pollMs = 1000;
const timeoutMs = 30 * 60 * 1000;

class HostError extends Error {
  constructor(message, returnValue) {
    super(message);
    this.name = "HostError";
    this.returnValue = returnValue;
  }
}

const quote = (text) => `'${String(text).replaceAll("'", "''")}'`;

const returnCodes = {
  0: "Completed with No Error",
  1: "Not Supported",
  2: "Failed",
  3: "Timeout",
  4: "Invalid Parameter",
  5: "Invalid State",
  6: "Incompatible Parameters",
  4096: "Method Parameters Checked - Job Started",
  32769: "Access Denied",
  32770: "Not Supported",
  32773: "Invalid Parameter",
  32774: "System is in use",
  32775: "Invalid state for this operation",
  32778: "Out of memory",
};

class PowerShellTransport {
  constructor(host) {
    this.host = host;
    this.shell = undefined;
    this.output = "";
    this.waiting = new Map();
    this.last = Promise.resolve();
  }

  open() {
    if (this.shell) return;
    this.shell = childProcess.spawn("powershell", ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", "-"]);
    this.shell.stdout.setEncoding("utf8");
    this.shell.stdout.on("data", (text) => this.read(text));
    this.shell.once("exit", (code) => {
      this.shell = undefined;
      for (const { reject } of this.waiting.values()) reject(new HostError(`PowerShell ended with ${code}`));
      this.waiting.clear();
    });
    if (this.host) this.shell.stdin.write(`$session = New-CimSession -ComputerName ${quote(this.host)}\n`);
  }

  read(text) {
    this.output += text;
    const lines = this.output.split(/\r?\n/);
    this.output = lines.pop();
    for (const line of lines) {
      const [, id, body] = /^<<([0-9a-f-]{36})>>(.*)$/.exec(line) ?? [];
      const request = this.waiting.get(id);
      if (!request) continue;
      this.waiting.delete(id);
      const answer = JSON.parse(Buffer.from(body, "base64").toString("utf8"));
      if (answer.error) request.reject(new HostError(answer.error));
      else request.resolve(answer.value);
    }
  }

  run(script) {
    const send = () =>
      new Promise((resolve, reject) => {
        this.open();
        const id = crypto.randomUUID();
        const timer = setTimeout(() => {
          this.waiting.delete(id);
          reject(new HostError("The host didn't answer in time"));
        }, timeoutMs);
        const settle = (end) => (value) => {
          clearTimeout(timer);
          end(value);
        };
        this.waiting.set(id, { resolve: settle(resolve), reject: settle(reject) });
        const wrapped = `try { $answer = @{ value = @(${script}) } } catch { $answer = @{ error = $_.Exception.Message } }`;
        const encode = `[Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes((ConvertTo-Json $answer -Depth 6 -Compress)))`;
        this.shell.stdin.write(`${wrapped}; "<<${id}>>" + ${encode}\n`);
      });
    this.last = this.last.then(send, send);
    return this.last;
  }

  query(wql) {
    return this.run(`Get-CimInstance -Namespace ${quote(namespace)} -Query ${quote(wql)}`);
  }

  async invoke(className, method, parameters) {
    const [answer] = await this.run(
      `Get-CimInstance -Namespace ${quote(namespace)} ${className} | Invoke-CimMethod -MethodName ${method} -Arguments ${parameters}`,
    );
    if (answer.ReturnValue === 0) return answer;
    if (answer.ReturnValue === 4096) return this.waitFor(answer.Job.InstanceID);
    const meaning = returnCodes[answer.ReturnValue] ?? "unknown";
    throw new HostError(`${method} was refused: ${answer.ReturnValue} (${meaning})`, answer.ReturnValue);
  }

  async waitFor(jobId) {
    const deadline = Date.now() + timeoutMs;
    while (Date.now() < deadline) {
      const [job] = await this.query(`SELECT * FROM Msvm_ConcreteJob WHERE InstanceID = '${jobId}'`);
      if (!job) throw new HostError(`The job ${jobId} no longer exists`);
      if (job.JobState === 7) return job;
      if (job.JobState > 7) throw new HostError(`The job ended in state ${job.JobState}: ${job.ErrorDescription}`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
    throw new HostError(`The job ${jobId} didn't end in time`);
  }

  async createSnapshot(name) {
    const [group] = await this.query(`SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = ${quote(name)}`);
    if (!group) throw new HostError(`There is no VM group ${name}`);
    const find = `(Get-CimInstance -Namespace ${quote(namespace)} Msvm_VirtualSystemCollection -Filter "CollectionID = '${group.CollectionID}'")`;
    return this.invoke(
      "Msvm_CollectionSnapshotService",
      "CreateSnapshot",
      `@{ Collection = [ref]${find}; SnapshotType = [uint16]1 }`,
    );
  }

  async destroySnapshot(id) {
    const find = `(Get-CimInstance -Namespace ${quote(namespace)} Msvm_SnapshotCollection -Filter "CollectionID = '${id}'")`;
    return this.invoke(
      "Msvm_CollectionSnapshotService",
      "DestroySnapshot",
      `@{ AffectedSnapshotCollection = [ref]${find} }`,
    );
  }
}

module.exports = { PowerShellTransport };
