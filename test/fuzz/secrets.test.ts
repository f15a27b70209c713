import { inspect } from "node:util";
import fc from "fast-check";
import { expect, vi } from "vitest";
import { type Configuration, environmentVariable } from "../../provider/src/config";
import { connect } from "../../provider/src/connection";
import type { Properties } from "../../provider/src/process/resource-call";
import { readConfiguration } from "../../provider/src/read-configuration";
import type { Fault } from "../../provider/src/simulator/index";
import "../../provider/src/transports/powershell/powershell-session"; // else the first case waits for it
import { FakeClock } from "../support/fake-clock";
import { inputsWithUrn, LifecycleInProcess } from "../support/lifecycle-in-process";
import { ShellInProcess } from "../support/shell-in-process";
import { webTierSeed } from "../support/simulated-hosts";
import { forAny, fuzz } from "./cases";
import { anyText, outcome } from "./inputs";

vi.mock("node-powershell", async () => {
  const { ShellInProcess: PowerShell } = await import("../support/shell-in-process");
  return { PowerShell };
});

/** A part of every secret that no escape changes, so that a text with the secret contains it. */
const core = fc.stringMatching(/^[a-z][a-z0-9]{14}$/);
const secret = fc
  .tuple(anyText, core, anyText)
  .map(([before, inner, after]) => ({ text: before + inner + after, inner }));
type Secret = { readonly text: string; readonly inner: string };

/** The forms in which a secret may have crept in somewhere: as it is, and encoded, whatever stands in front of it. */
function formsOf({ inner }: Secret): readonly string[] {
  const encodings = ["utf8", "utf16le"] as const;
  return encodings.flatMap((encoding) => {
    const bytes = Buffer.from(inner, encoding);
    const base64 = [0, 1, 2].map((shift) => {
      const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString("base64");
      // the first and the last characters also hold bits of what stands beside it
      return text.slice(shift === 0 ? 0 : 4, -4);
    });
    return [bytes.toString("latin1"), bytes.toString("hex"), ...base64];
  });
}

/** Looks for a secret, byte by byte, in all that is ever shown or kept. */
function expectNowhere(shown: unknown, hidden: Secret): void {
  const text = `${JSON.stringify(shown)}\n${inspect(shown, { depth: 20, showHidden: true, maxArrayLength: null, maxStringLength: null })}`;
  const found = formsOf(hidden).filter((form) => text.toLowerCase().includes(form.toLowerCase()));
  expect(found, text.slice(0, 2000)).toEqual([]);
}

/** What goes wrong on the host, if anything. */
const faults: readonly (Fault | undefined)[] = [
  undefined,
  { method: "CreateSnapshot", returnValue: 32770 },
  { method: "CreateSnapshot", job: { endState: 10, atPercent: 50, errorCode: 32768 } },
  { method: "CreateSnapshot", job: { seconds: 4000 } },
  { method: "CreateSnapshot", job: { lostAtPercent: 50 } },
  { method: "CreateSnapshot", connection: "lostBefore" },
  { method: "CreateSnapshot", connection: "lostAfter" },
  { method: "DestroySnapshot", returnValue: 32775 },
  { method: "ModifySystemSettings", returnValue: 5 },
];
const fault = fc.constantFrom(...faults);
const rights = fc.constantFrom("full", "full", "full", "allHidden", "denied").map((value) => value as "full");

/** Leads a resource through its life, whatever fails on the way. @returns All that was returned, shown and stored. */
async function liveThrough(at: LifecycleInProcess, inputs: Properties): Promise<unknown[]> {
  const shown: unknown[] = [];
  const { lifecycle } = at;
  const call = async <T>(calling: () => Promise<T>): Promise<T | undefined> => {
    const { value, error } = await outcome(() => at.run(calling()));
    shown.push(value, error, error?.stack, error?.message, String(error));
    return value;
  };
  await call(() => lifecycle.check({}, inputs));
  await call(() => lifecycle.create({ ...inputs, collection: "no such group" }));
  const made = await call(() => lifecycle.create(inputs));
  await keptBy(at, shown);
  const partial = shown.findLast((one) => one instanceof Error && "properties" in one) as
    | { readonly id: string; readonly properties: Properties }
    | undefined;
  const { id, outs } = made ?? { id: partial?.id ?? "none", outs: partial?.properties ?? {} };
  const news = { ...inputs, snapshotName: "later" };
  await call(() => lifecycle.diff(id, outs, news));
  await call(() => lifecycle.read(id, outs));
  await call(() => lifecycle.update(id, outs, news));
  await keptBy(at, shown);
  await call(() => lifecycle.delete(id, outs));
  await keptBy(at, shown);
  return [...shown, at.messages];
}

/** Adds the recovery records as they are now. */
async function keptBy({ records }: LifecycleInProcess, shown: unknown[]): Promise<void> {
  for (const folder of await records.folders()) {
    for (const name of await records.list(folder)) shown.push(folder, name, await records.read(folder, name));
  }
}

const asEnvironment = (values: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [environmentVariable(name), value]));

/** Configurations with the password in every place that there is for it; also such as are wrong. */
const configured = (
  password: string,
): readonly [stack: Record<string, string>, environment: Record<string, string>][] => {
  const way = { transport: "simulated", username: "LAB\\operator", password };
  const connections = JSON.stringify({ east: way });
  return [
    [way, {}],
    [{ username: way.username }, asEnvironment({ password })],
    [{ connections, connection: "east" }, {}],
    [{ connection: "east" }, asEnvironment({ connections })],
    [{ ...way, dependents: "perhaps" }, {}],
    [{ connections: connections.slice(0, -1), connection: "east" }, {}],
    [{ connections: JSON.stringify({ east: { ...way, passwrd: password } }), connection: "east" }, {}],
    [{ connections: JSON.stringify({ east: password }), connection: "east" }, {}],
    [{ ...way, connections, connection: "east" }, {}],
    [way, { ...asEnvironment({ password }), HYPERV_SNAPSHOTS_PASSWRD: password }],
  ];
};

/** What the worker answers where a session can't be opened. */
const openAnswers = [
  { answer: { computerName: "FAKE" } },
  {
    failure: {
      type: "Microsoft.Management.Infrastructure.CimException",
      id: "",
      messageId: "HRESULT 0x8007052e",
      errorCode: null,
      nativeErrorCode: 1,
      text: "Der Benutzername oder das Kennwort ist falsch.",
    },
  },
  {
    failure: {
      type: "System.ArgumentException",
      id: "",
      messageId: null,
      errorCode: null,
      nativeErrorCode: null,
      text: "?",
    },
  },
  {},
];

fuzz("secrets", {
  "are found by the search of this test in any form": forAny(secret, (hidden) => {
    const text = Buffer.from(hidden.text).toString();
    const forms = [text, JSON.stringify([text]), encodeURIComponent(text)];
    for (const encoding of ["base64", "hex"] as const) {
      forms.push(Buffer.from(text).toString(encoding), Buffer.from(text, "utf16le").toString(encoding));
    }
    for (const form of forms) {
      for (const shown of [
        form,
        { deep: [{ down: form }] },
        new Error(form),
        new Error("", { cause: new Error(form) }),
      ]) {
        expect(() => expectNowhere([shown], hidden), form).toThrow();
      }
    }
  }),
  "of the configuration appear nowhere in the state, records, logs and errors": forAny(
    fc.record({ hidden: secret, which: fc.nat({ max: 9 }), fault, rights }),
    async ({ hidden, which, fault: meets, rights: allowed }) => {
      const [stack, environment] = configured(hidden.text)[which] ?? [{}, {}];
      const seed = { ...webTierSeed, options: { rights: allowed } };
      const at = new LifecycleInProcess(stack, seed, undefined, environment);
      if (meets) at.host.injectFault(meets);
      expectNowhere(await liveThrough(at, inputsWithUrn), hidden);
    },
  ),
  "among the inputs appear in the state only under the name of their input, which the engine encrypts": forAny(
    fc.record({ hidden: secret, fault, input: fc.constantFrom("triggers", "settings", "snapshotName") }),
    async ({ hidden, fault: meets, input }) => {
      const given = {
        triggers: [hidden.text],
        settings: `<INSTANCE CLASSNAME="Msvm_VirtualSystemSnapshotSettingData"><!--${hidden.inner}--></INSTANCE>`,
        snapshotName: hidden.inner,
      }[input];
      const at = new LifecycleInProcess({ dependents: "kept" });
      if (meets) at.host.injectFault(meets);
      const shown = await liveThrough(at, { ...inputsWithUrn, ...(given !== undefined && { [input]: given }) });
      expectNowhere(
        shown.map((one) => without(input, one)),
        hidden,
      );
    },
  ),
  "are sent to a shell as data, and don't appear in its errors": forAny(
    fc.record({ hidden: secret, openAnswer: fc.constantFrom(...openAnswers) }),
    async ({ hidden, openAnswer }) => {
      const values = { transport: "powershell", host: "HV01", username: "LAB\\operator", password: hidden.text };
      const get = (name: string) => (values as Record<string, string>)[name];
      const configuration: Configuration = readConfiguration({ get, stackKeys: Object.keys(values), environment: {} });
      ShellInProcess.openAnswer = openAnswer;
      const { value, error } = await outcome(() => connect(configuration, new FakeClock()));
      await value?.session.close();
      const shells = ShellInProcess.started.splice(0);
      const request = shells.flatMap(({ lines }) => lines).find((line) => /^1 /.test(line));
      expect(Buffer.from(request?.split(" ")[1] ?? "", "base64").toString()).toContain(hidden.inner);
      const others = shells.map(({ lines, options }) => [
        lines.filter((line) => line !== request),
        options.executableOptions,
      ]);
      expectNowhere([others, error, error?.stack, process.argv], hidden);
    },
  ),
});

/** A value without what is under one name: in an answer of the lifecycle, or in a partial create. */
function without(name: string, value: unknown): unknown {
  if (value instanceof Error) {
    const { message, stack, cause } = value;
    return [message, stack, cause, without(name, (value as { properties?: unknown }).properties)];
  }
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => without(name, item));
  const kept = Object.entries(value).filter(([key]) => key !== name);
  return Object.fromEntries(kept.map(([key, item]) => [key, without(name, item)]));
}
