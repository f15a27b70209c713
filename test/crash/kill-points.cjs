// Loaded into the provider process (--require): comes past every request to the host and every write of a recovery record,
// takes down their names, and does at one of them what the test says. kill-points.ts is its other half.
"use strict";
const { appendFileSync, existsSync, readdirSync, readFileSync, renameSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const folder = process.env.CRASH_FOLDER;
let plan = {};
const counts = new Map();

/** What stands in the control folder; the engine and the program are left alone. */
function readPlan() {
  const found = JSON.parse(readFileSync(join(folder, "plan.json"), "utf8"));
  if (found.token !== plan.token) counts.clear();
  plan = found;
}

const cli = () => Number(readFileSync(join(folder, "cli.pid"), "utf8"));

const children = () => {
  const parentOf = (pid) => /^PPid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && Number(parentOf(pid)) === process.pid;
    } catch {
      return false; // it has ended meanwhile
    }
  });
};

const actions = {
  provider: () => process.kill(process.pid, "SIGKILL"),
  stop: () => process.kill(process.pid, "SIGSTOP"),
  full: () => {
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  },
  shells: () => {
    for (const pid of children()) process.kill(Number(pid), "SIGKILL");
  },
  cli: () => process.kill(cli(), "SIGKILL"),
  both: () => {
    process.kill(cli(), "SIGKILL");
    process.kill(process.pid, "SIGKILL");
  },
  // as a terminal does at ^C: everything in the foreground hears of it
  interrupt: () => {
    const group = -cli();
    process.kill(group, "SIGINT");
    setTimeout(() => process.kill(group, "SIGINT"), 300);
  },
  unwritable: () => {
    renameSync(plan.target, `${plan.target}.away`);
    writeFileSync(plan.target, "");
  },
};

function come(point) {
  if (plan.isRecording) appendFileSync(join(folder, "points.log"), `${point}\n`);
  if (plan.at !== point) return;
  appendFileSync(join(folder, "fired.log"), `${point}\n`);
  actions[plan.action]();
}

/** Comes past the two sides of a step. */
async function around(label, work) {
  readPlan();
  const count = (counts.get(label) ?? 0) + 1;
  counts.set(label, count);
  come(`${label} #${count} before`);
  const answer = await work();
  come(`${label} #${count} after`);
  return answer;
}

/** Replaces some methods of an object. `label` gives a step's name, undefined for what is none. */
function watch(target, labels) {
  return new Proxy(target, {
    get: (object, name) => {
      const value = Reflect.get(object, name);
      if (typeof value !== "function") return value;
      return (...parameters) => {
        const label = labels[name]?.(...parameters);
        const work = () => value.apply(object, parameters);
        return label === undefined ? work() : around(label, work);
      };
    },
  });
}

const requests = {
  get: ({ className }) => `get ${className}`,
  query: (wql) => `query ${/FROM (\w+)/i.exec(wql)?.[1]}`,
  associators: (_path, { resultClass, associationClass }) => `associators ${resultClass ?? associationClass}`,
  references: (_path, { resultClass, associationClass }) => `references ${resultClass ?? associationClass}`,
  invokeMethod: (_path, method) => `invoke ${method}`,
};

const kindOf = (folder, name) => {
  if (folder === "locks") return "lock";
  if (name.endsWith(".deleted")) return "note of a delete";
  return name.endsWith(".json") ? "record" : "mark";
};

const writes = (files) => ({
  write: (folder, name, text) => {
    const phase = kindOf(folder, name) === "record" ? ` ${JSON.parse(text).phase}` : "";
    return `write ${kindOf(folder, name)}${phase}`;
  },
  mark: (folder, name) => `write ${kindOf(folder, name)}`,
  remove: (folder, name) => (existsSync(files.locate(folder, name)) ? `remove ${kindOf(folder, name)}` : undefined),
});

if (folder && /dynamic-provider/.test(process.argv[1] ?? "")) {
  const built = process.env.CRASH_PACKAGE;
  const { transports } = require(join(built, "transports/index.js"));
  for (const transport of Object.values(transports)) {
    const { open } = transport;
    transport.open = async (configuration) => watch(await open(configuration), requests);
  }
  const recordFiles = require(join(built, "recovery/record-files.js"));
  const { recordFilesIn } = recordFiles;
  recordFiles.recordFilesIn = (root) => {
    const files = recordFilesIn(root);
    return watch(files, writes(files));
  };
}
