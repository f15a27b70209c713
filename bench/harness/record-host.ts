import { appendFileSync, openSync } from "node:fs";
import Module from "node:module";
import { performance } from "node:perf_hooks";

/**
 * Loaded before a process's own code (`node --require`): writes a line into the file `RECORD_HOST` for everything that the
 * simulated host does in this process, with the milliseconds that it took. The host's work is done when its method returns; with
 * `HOST_DELAY_MS` its answers come so much later, as over a network.
 */
const { RECORD_HOST: recordFile, HOST_DELAY_MS: delayMs } = process.env;

type Method = (...parameters: never[]) => unknown;
interface HostClass {
  open: Method;
  readonly prototype: Record<string, Method>;
}

function record(Host: HostClass, file: number): void {
  let depth = 0;
  const recorded = (name: string, call: Method): Method =>
    function (this: unknown, ...parameters) {
      const began = performance.now();
      depth += 1;
      try {
        return call.apply(this, parameters);
      } finally {
        depth -= 1;
        const line = { name, ms: performance.now() - began, target: String(parameters[0]).slice(0, 200) };
        if (depth === 0) appendFileSync(file, `${JSON.stringify(line)}\n`);
      }
    };
  Host.open = recorded("open", Host.open);
  for (const name of ["get", "query", "associators", "references", "invokeMethod"]) {
    Host.prototype[name] = recorded(name, Host.prototype[name]!);
  }
  if (delayMs !== undefined) Host.prototype["answerDelayMs"] = () => Number(delayMs);
}

/** A program asks no host, and this file would stand in the stack traces that a state keeps of it. */
const isProgram = /[\\/]cmd[\\/]run\b/.test(process.argv[1] ?? "");

if (recordFile !== undefined && !isProgram) {
  const file = openSync(recordFile, "a");
  const loader = Module as unknown as { _load: (name: string, ...rest: unknown[]) => { SimulatedHost?: HostClass } };
  const load = loader._load;
  const seen = new Set<HostClass>();
  loader._load = function (this: unknown, name, ...rest) {
    const exported = load.call(this, name, ...rest);
    const Host = /simulated-host(\.js)?$/.test(name) ? exported.SimulatedHost : undefined;
    if (Host && !seen.has(Host)) record(Host, file);
    if (Host) seen.add(Host);
    return exported;
  };
}
