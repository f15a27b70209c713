import { afterEach, beforeEach, describe, expect, type TestContext, test } from "vitest";
import { CimInstance } from "../../provider/src/cim/cim-instance";
import { CimInstancePath } from "../../provider/src/cim/cim-instance-path";
import type { CimSession } from "../../provider/src/cim/cim-session";
import { quoteWql } from "../../provider/src/cim/wql-text";
import { AccessDeniedError, CimError, ConnectionError, NotFoundError } from "../../provider/src/errors";
import { Hresult } from "../../provider/src/schema/hresults";
import { type HostRequest, type Seed, SimulatedHost } from "../../provider/src/simulator/index";
import { embeddedSettings, jobOf, SteppedClock } from "../support/simulated-hosts";

/** Opens a session of the transport under test to a simulated host, by whatever the transport talks through. */
export type MakeSession = (host: SimulatedHost, context: TestContext) => Promise<CimSession>;

/** What differs between transports without breaking the contract. */
export interface SessionTraits {
  /** Closes the session where nothing is given; a transport whose sessions are dear may keep them for the next test, as long as none gets a closed one. */
  readonly release?: (session: CimSession) => Promise<void>;
  /** Whether a read whose connection is lost is repeated once, over another. */
  readonly repeatsReads?: boolean;
  /** The number with which the transport reports a missing object; WMI's own when absent. */
  readonly notFoundNumber?: number;
}

const xmlCharacters = `<&>"'\t]]> <![CDATA[ &amp; &#10; <!-- -->`;
const otherCharacters = "Zoë Ångström 東京 🖥️ \u00a0\u200b\u2028 ÿĀ";
const backslashes = "a\\b\\\\c \\' \\\" %_[x]^";
const longText = "0123456789abcdeß".repeat(65_536);

const seed: Seed = {
  hostName: "HV-CONFORM",
  machines: [
    { name: "web-01" },
    { name: "web-02" },
    { name: xmlCharacters },
    { name: otherCharacters },
    { name: backslashes },
    { name: longText },
  ],
  groups: [
    { name: "web-tier", members: ["web-01", "web-02"] },
    { name: "empty", members: [] },
  ],
  jobs: { CreateSnapshot: { seconds: 10 }, DestroySnapshot: { seconds: 4 } },
};

/**
 * The contract of a `CimSession`, which every transport passes. The host is the simulated one, so that
 * what was asked of it, and what it holds, can be compared with what the session says.
 */
export function describeCimSession(name: string, makeSession: MakeSession, traits: SessionTraits = {}): void {
  const {
    release = (session) => session.close(),
    repeatsReads = false,
    notFoundNumber = Hresult.WBEM_E_NOT_FOUND,
  } = traits;
  describe(`CimSession: ${name}`, () => {
    let clock: SteppedClock;
    let host: SimulatedHost;
    let session: CimSession;
    let requests: HostRequest[];

    beforeEach(async (context) => {
      clock = new SteppedClock();
      requests = [];
      host = SimulatedHost.inMemory({ seed, clock: clock.read, onRequest: (request) => requests.push(request) });
      session = await makeSession(host, context);
    });

    afterEach(() => release(session));

    const only = async (wql: string): Promise<CimInstance> => {
      const [found, ...others] = await session.query(wql);
      if (found === undefined || others.length > 0) throw new Error(`${wql} finds ${others.length + (found ? 1 : 0)}`);
      return found;
    };
    const machine = (elementName: string) =>
      only(`SELECT * FROM Msvm_ComputerSystem WHERE ElementName = ${quoteWql(elementName)}`);
    const group = async () =>
      (await only("SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = 'web-tier'")).path;
    const service = async () => (await only("SELECT * FROM Msvm_CollectionSnapshotService")).path;
    const createSnapshot = async (parameters = {}) =>
      session.invokeMethod(await service(), "CreateSnapshot", {
        Collection: await group(),
        SnapshotSettings: "",
        SnapshotType: 1,
        ...parameters,
      });
    const lastParameters = () => requests.findLast(({ verb }) => verb === "invokeMethod")?.parameters;

    describe("a path with the name of another host", () => {
      const elsewhere = (path: CimInstancePath) =>
        new CimInstancePath({
          className: path.className,
          keys: path.keys,
          namespace: session.namespace,
          host: "NODE-B",
        });

      test("reaches the same instance, as after a failover, when the state has the other node's name", async () => {
        const path = await group();
        expect((await session.get(elsewhere(path))).path.identity).toBe(path.identity);
        const members = { associationClass: "Msvm_CollectedVirtualSystems" };
        expect(await session.associators(elsewhere(path), members)).toHaveLength(2);
        expect(await session.references(elsewhere(path), members)).toHaveLength(2);
      });

      test("works as a parameter and as the target of a method", async () => {
        const parameters = { Collection: elsewhere(await group()), SnapshotSettings: "", SnapshotType: 1 };
        const { returnValue } = await session.invokeMethod(elsewhere(await service()), "CreateSnapshot", parameters);
        expect(returnValue).toBe(4096);
      });
    });

    test("returns the state of VMMS, or null if it can't be read", async () => {
      const state = (await session.managementServiceState?.()) ?? null;
      expect([null, "Running"]).toContain(state);
    });

    test("reports no effect for a failed read, and decides the effect of a failed call by its number", async () => {
      host.injectFault({ verb: "query", hresult: 0x80041001 });
      await expect(session.query("SELECT * FROM Msvm_ComputerSystem")).rejects.toMatchObject({ effect: "none" });
      for (const [hresult, effect] of [
        [0x80041001, "unknown"],
        [0x80041004, "unknown"],
        [0x80041010, "none"],
      ] as const) {
        host.injectFault({ method: "CreateSnapshot", hresult });
        await expect(createSnapshot()).rejects.toMatchObject({ effect });
      }
    });

    test("knows the host's own name and its namespace", () => {
      expect(session.hostName).toBe("HV-CONFORM");
      expect(session.namespace).toBe("root\\virtualization\\v2");
    });

    describe("get", () => {
      test("reads every property of one instance, null where it has no value", async () => {
        const { path } = await machine("web-01");
        const found = await session.get(path);
        expect(found).toBeInstanceOf(CimInstance);
        expect(found.className).toBe("Msvm_ComputerSystem");
        expect(found.path.equals(path)).toBe(true);
        expect(found.string("ElementName")).toBe("web-01");
        expect(found.properties).toHaveProperty("ProcessID", null);
      });

      test("accepts a path without host and namespace, and names in any case", async () => {
        const { path } = await machine("web-01");
        const lower = CimInstancePath.parse(path.relativePath.toLowerCase());
        expect((await session.get(lower)).string("ElementName")).toBe("web-01");
      });

      test("throws NotFoundError for an instance that doesn't exist", async () => {
        const nothing = CimInstancePath.parse(
          'Msvm_SnapshotCollection.CollectionID="00000000-0000-0000-0000-000000000000"',
        );
        const error = await session.get(nothing).catch((thrown: unknown) => thrown);
        expect(NotFoundError.isInstance(error)).toBe(true);
        expect((error as NotFoundError).hresult).toBe(notFoundNumber);
      });

      test("throws a typed error for a class that doesn't exist", async () => {
        const error = await session
          .get(CimInstancePath.parse('Msvm_Nothing.Name="x"'))
          .catch((thrown: unknown) => thrown);
        expect(CimError.isInstance(error)).toBe(true);
        expect((error as CimError).hresult).toBe(0x80041010);
      });
    });

    describe("query", () => {
      test("returns instances with their paths, and none if nothing matches", async () => {
        const machines = await session.query("SELECT * FROM Msvm_ComputerSystem WHERE Caption = 'Virtual Machine'");
        expect(machines).toHaveLength(6);
        for (const found of machines) expect((await session.get(found.path)).path.equals(found.path)).toBe(true);
        expect(await session.query("SELECT * FROM Msvm_SnapshotCollection")).toEqual([]);
      });

      test("returns only the listed properties", async () => {
        const found = await only(
          "SELECT CreationClassName, Name, ElementName FROM Msvm_ComputerSystem WHERE ElementName = 'web-01'",
        );
        expect(found.string("ElementName")).toBe("web-01");
        expect(found.string("Caption")).toBeNull();
        expect(found.path.key("Name")).toBe(found.string("Name"));
      });

      test("returns instances of subclasses with their own class", async () => {
        await createSnapshot();
        expect((await only("SELECT * FROM CIM_ConcreteJob")).path.className).toBe("Msvm_ConcreteJob");
      });

      test("finds many instances by key in one query", async () => {
        host.setOption("membersBusy", "accept");
        const ids = [];
        for (let started = 0; started < 20; started += 1) ids.push(jobOf(await createSnapshot()).key("InstanceID"));
        const condition = ids.map((id) => `InstanceID = ${quoteWql(String(id))}`).join(" OR ");
        expect(await session.query(`SELECT * FROM Msvm_ConcreteJob WHERE ${condition}`)).toHaveLength(20);
      });

      test.each([
        ["a malformed query", "SELECT * FROM Msvm_ComputerSystem WHERE", 0x80041017],
        ["a property that the class doesn't have", "SELECT * FROM Msvm_ComputerSystem WHERE Colour = 1", 0x80041017],
        ["an unknown class", "SELECT * FROM Msvm_Nothing", 0x80041010],
      ])("refuses %s with a typed error", async (_, wql, hresult) => {
        const error = await session.query(wql).catch((thrown: unknown) => thrown);
        expect(CimError.isInstance(error)).toBe(true);
        expect((error as CimError).hresult).toBe(hresult);
      });
    });

    describe("associators and references", () => {
      test("return each associated object once", async () => {
        const members = await session.associators(await group(), { associationClass: "Msvm_CollectedVirtualSystems" });
        expect(members.map((found) => found.string("ElementName"))).toEqual(["web-01", "web-02"]);
        await createSnapshot();
        clock.pass(10);
        const { path } = await machine("web-01");
        expect(await session.associators(path, { associationClass: "CIM_Dependency" })).toHaveLength(1);
        expect(await session.references(path, { associationClass: "CIM_Dependency" })).toHaveLength(2);
      });

      test("filter by result class and roles", async () => {
        const { path } = await machine("web-01");
        const count = async (options: object) =>
          (await session.associators(path, { associationClass: "Msvm_CollectedVirtualSystems", ...options })).length;
        expect(await count({ resultClass: "CIM_CollectionOfMSEs" })).toBe(1);
        expect(await count({ resultClass: "Msvm_ConcreteJob" })).toBe(0);
        expect(await count({ role: "Member", resultRole: "Collection" })).toBe(1);
        expect(await count({ role: "Collection" })).toBe(0);
      });

      test("return association rows with their references and arrays", async () => {
        const job = jobOf(await createSnapshot());
        clock.pass(10);
        const rows = await session.references(job, {
          associationClass: "Msvm_AffectedJobElement",
          role: "AffectingElement",
        });
        const shown = rows.map(
          (row) => `${row.reference("AffectedElement")?.className} ${row.numbers("ElementEffects").join()}`,
        );
        expect(shown.sort()).toEqual(["Msvm_ComputerSystem 0", "Msvm_ComputerSystem 0", "Msvm_SnapshotCollection 5"]);
        for (const row of rows) expect(row.reference("AffectingElement")?.equals(job)).toBe(true);
        expect(rows.every((row) => row.path.className === "Msvm_AffectedJobElement")).toBe(true);
      });

      test("return nothing if nothing is associated", async () => {
        const empty = (await only("SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = 'empty'")).path;
        expect(await session.associators(empty, { associationClass: "Msvm_CollectedVirtualSystems" })).toEqual([]);
        expect(await session.references(empty, { associationClass: "Msvm_CollectedVirtualSystems" })).toEqual([]);
      });
    });

    describe("values", () => {
      test.each([
        ["every character that XML treats apart", xmlCharacters],
        ["characters beyond ASCII", otherCharacters],
        ["backslashes and quotes", backslashes],
        ["a megabyte", longText],
      ])("strings arrive unchanged: %s", async (_, text) => {
        expect((await machine(text)).string("ElementName")).toBe(text);
      });

      test("64-bit numbers arrive exactly", async () => {
        clock.pass(9_007_199_254_740);
        const uptime = (await machine("web-01")).properties["OnTimeInMilliseconds"];
        expect(uptime).toBe(9_007_199_254_740_000n);
      });

      test("times, intervals, booleans, numbers and arrays keep their types", async () => {
        const job = jobOf(await createSnapshot());
        clock.pass(2.5);
        const found = await session.get(job);
        expect(found.string("StartTime")).toMatch(/^20261123064200\.000000[+-]000$/);
        expect(found.time("InstallDate")).toBeNull();
        expect(found.string("ElapsedTime")).toBe("00000000000002.500000:000");
        expect(found.boolean("Cancellable")).toBe(true);
        expect(found.boolean("DeleteOnCompletion")).toBe(false);
        expect(found.number("PercentComplete")).toBe(25);
        expect(found.numbers("OperationalStatus")).toEqual([2]);
        clock.pass(7.5);
        expect((await session.get(job)).numbers("OperationalStatus")).toEqual([17, 2]);
      });

      test("references arrive as paths", async () => {
        const [row] = await session.references(await group(), { associationClass: "Msvm_CollectedVirtualSystems" });
        const member = row?.reference("Member");
        expect(member?.className).toBe("Msvm_ComputerSystem");
        expect((await session.get(member as CimInstancePath)).string("ElementName")).toBe("web-01");
      });
    });

    describe("invokeMethod", () => {
      test("returns the return value and the out parameters", async () => {
        const { returnValue, outParameters } = await createSnapshot();
        expect(returnValue).toBe(4096);
        expect(outParameters["ResultingSnapshotCollection"] ?? null).toBeNull();
        expect((await session.get(outParameters["Job"] as CimInstancePath)).number("JobType")).toBe(198);
        expect(host.methodCalls).toEqual({ CreateSnapshot: 1 });
      });

      test("returns the new object if the method completes without a job", async () => {
        host.setOption("completion", "atOnce");
        const { returnValue, outParameters } = await createSnapshot();
        expect([returnValue, outParameters["Job"] ?? null]).toEqual([0, null]);
        const made = outParameters["ResultingSnapshotCollection"] as CimInstancePath;
        expect((await session.get(made)).className).toBe("Msvm_SnapshotCollection");
      });

      test.each([
        ["an embedded instance", embeddedSettings],
        ["the empty text", ""],
        ["null", null],
        ["every character that XML treats apart", xmlCharacters],
        ["characters beyond ASCII", otherCharacters],
        ["backslashes and quotes", backslashes],
        ["a megabyte", longText],
      ])("sends strings unchanged: %s", async (_, text) => {
        await createSnapshot({ SnapshotSettings: text });
        expect(lastParameters()?.["SnapshotSettings"] ?? null).toBe(text);
      });

      test.each(["2026-11-23T06:42:00Z", "/Date(1700000000000)/", "0x10", "1e5", "true", "null"])(
        "sends strings that look like another type as strings: %s",
        async (text) => {
          await createSnapshot({ SnapshotSettings: text });
          expect(lastParameters()?.["SnapshotSettings"]).toBe(text);
        },
      );

      test("sends references and numbers with their types", async () => {
        const collection = await group();
        await createSnapshot({ SnapshotType: 2 });
        const sent = lastParameters() ?? {};
        expect((sent["Collection"] as CimInstancePath).equals(collection)).toBe(true);
        expect(sent["SnapshotType"]).toBe(2);
      });

      test("sends intervals", async () => {
        const job = jobOf(await createSnapshot());
        const request = (TimeoutPeriod: string) =>
          session.invokeMethod(job, "RequestStateChange", { RequestedState: 4, TimeoutPeriod });
        expect((await request("00000000000010.000000:000")).returnValue).toBe(4098);
        expect((await request("00000000000000.000000:000")).returnValue).toBe(0);
      });

      test("returns a method's refusal as a return value, not as an error", async () => {
        host.injectFault({ method: "CreateSnapshot", returnValue: 32775 });
        expect((await createSnapshot()).returnValue).toBe(32775);
      });

      test("throws a typed error if the instance doesn't exist", async () => {
        const nothing = CimInstancePath.parse('Msvm_ConcreteJob.InstanceID="00000000-0000-0000-0000-000000000000"');
        const error = await session
          .invokeMethod(nothing, "RequestStateChange", { RequestedState: 4 })
          .catch((thrown: unknown) => thrown);
        expect(NotFoundError.isInstance(error)).toBe(true);
      });

      test("reaches the host exactly once", async () => {
        host.injectFault({ method: "CreateSnapshot", returnValue: 2 });
        await createSnapshot();
        expect(host.methodCalls).toEqual({ CreateSnapshot: 1 });
      });

      test.each([
        ["an unknown method", "TakeSnapshot", {}],
        ["an unknown parameter", "CreateSnapshot", { Group: "web-tier" }],
      ])("throws a typed error if WMI refuses the call: %s", async (_, method, parameters) => {
        const error = await session
          .invokeMethod(await service(), method, parameters)
          .catch((thrown: unknown) => thrown);
        expect(CimError.isInstance(error)).toBe(true);
        expect(host.methodCalls).toEqual({});
      });
    });

    describe("rights and connections", () => {
      test("an account without rights gets no rows and no error, and can't see that an object exists", async () => {
        const path = await group();
        host.setOption("rights", "allHidden");
        expect(await session.query("SELECT * FROM Msvm_VirtualSystemCollection")).toEqual([]);
        expect(await session.associators(path, { associationClass: "Msvm_CollectedVirtualSystems" })).toEqual([]);
        expect(await session.references(path, { associationClass: "Msvm_CollectedVirtualSystems" })).toEqual([]);
        const error = await session.get(path).catch((thrown: unknown) => thrown);
        expect(NotFoundError.isInstance(error)).toBe(true);
        host.setOption("rights", "full");
        expect((await session.get(path)).string("ElementName")).toBe("web-tier");
      });

      test("an account that is denied gets AccessDeniedError", async () => {
        const path = await group();
        host.setOption("rights", "denied");
        for (const attempt of [session.get(path), session.query("SELECT * FROM Msvm_ConcreteJob")]) {
          const error = await attempt.catch((thrown: unknown) => thrown);
          expect(AccessDeniedError.isInstance(error)).toBe(true);
          expect(error).toMatchObject({ hresult: 0x80041003 });
        }
      });

      test("a lost connection throws ConnectionError, and the next request succeeds", async () => {
        const path = await group();
        host.injectFault({ verb: "get", connection: "lostBefore", times: repeatsReads ? 2 : 1 });
        const error = await session.get(path).catch((thrown: unknown) => thrown);
        expect(ConnectionError.isInstance(error)).toBe(true);
        expect((await session.get(path)).string("ElementName")).toBe("web-tier");
      });

      test("a call whose response is lost takes effect once and isn't repeated", async () => {
        const [path, parameters] = [await service(), { Collection: await group(), SnapshotType: 1 }];
        host.injectFault({ method: "CreateSnapshot", connection: "lostAfter" });
        const error = await session.invokeMethod(path, "CreateSnapshot", parameters).catch((thrown: unknown) => thrown);
        expect(ConnectionError.isInstance(error)).toBe(true);
        expect(host.methodCalls).toEqual({ CreateSnapshot: 1 });
      });
    });

    describe("abort and close", () => {
      test("a request whose signal is already aborted isn't sent", async () => {
        const abortSignal = AbortSignal.abort();
        const { path } = await machine("web-01");
        const asked = requests.length;
        const association = { associationClass: "Msvm_CollectedVirtualSystems", abortSignal };
        const attempts = [
          session.get(path, { abortSignal }),
          session.query("SELECT * FROM Msvm_ComputerSystem", { abortSignal }),
          session.associators(path, association),
          session.references(path, association),
          session.invokeMethod(path, "RequestStateChange", { RequestedState: 2 }, { abortSignal }),
        ];
        for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ name: "AbortError" });
        expect(requests).toHaveLength(asked);
        expect((await session.get(path)).string("ElementName")).toBe("web-01");
      });

      test("a closed session refuses requests with a typed error", async () => {
        const { path } = await machine("web-01");
        await session.close();
        await session.close();
        const error = await session.get(path).catch((thrown: unknown) => thrown);
        expect(ConnectionError.isInstance(error)).toBe(true);
        await expect(session.query("SELECT * FROM Msvm_ComputerSystem")).rejects.toMatchObject({
          code: "CONNECTION_FAILED",
        });
      });
    });

    test("many concurrent requests each get their own response", async () => {
      const names = ["web-01", "web-02", xmlCharacters, otherCharacters];
      const asked = Array.from({ length: 40 }, (_, at) => names[at % names.length] ?? "");
      const answers = await Promise.all(asked.map(machine));
      expect(answers.map((found) => found.string("ElementName"))).toEqual(asked);
    });
  });
}
