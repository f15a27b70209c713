import { describe, expect, it } from "vitest";
import { AccessDeniedError, CimError, ConnectionError, type HyperVError } from "../../../../provider/src/errors";
import { Hresult } from "../../../../provider/src/schema/hresults";
import { workerFindings } from "../../../../provider/src/transports/worker-shell/findings";

type Examination = Parameters<typeof workerFindings>[0];

const namespace = "root\\virtualization\\v2";
const facts = {
  edition: "Desktop",
  version: "5.1.20348.2700",
  elevated: false,
  hyperVAdministrator: true,
  moduleProblem: null,
  moduleProblemId: null,
  processId: 4711,
} as const;
const parts = { attempted: "a", target: "t", answer: "the host said no", outcome: "o", remedy: "a remedy" };
const denied = new AccessDeniedError(parts, { hresult: Hresult.E_ACCESSDENIED });

function find(examination: Partial<Examination>, host?: string) {
  const configuration = { namespace, host, isShellOnHost: host === undefined };
  const all = [...workerFindings({ facts, failure: null, ...examination }, configuration)];
  return Object.fromEntries(all.map(({ what, status, answer, remedy }) => [what, `${status}: ${answer}. ${remedy}`]));
}

const failing = (step: "session" | "namespace", error: HyperVError): Partial<Examination> => ({
  failure: { step, error },
});

describe("what doctor reports about PowerShell", () => {
  it("includes the edition, the version and the account's right", () => {
    expect(find({})).toEqual({
      PowerShell: "ok: Windows PowerShell 5.1.20348.2700. undefined",
      "module CimCmdlets": "ok: loaded. undefined",
      account: "ok: in Hyper-V Administrators. undefined",
      session: "ok: opened to this computer. undefined",
    });
    expect(find({ facts: { ...facts, edition: "Core", version: "7.6.9" } })["PowerShell"]).toContain(
      "PowerShell 7.6.9",
    );
    expect(find({ facts: { ...facts, elevated: true } })["account"]).toContain("ok: elevated");
  });

  it("warns of an account that can't see Hyper-V, but only on the host itself", () => {
    const plain = { ...facts, hyperVAdministrator: false };
    expect(find({ facts: plain })["account"]).toMatch(/^warning: .*Hyper-V Administrators/);
    expect(find({ facts: plain }, "HV01")["account"]).toContain("skipped: what it may do on HV01 counts");
    const outsideWindows = { ...facts, elevated: null, hyperVAdministrator: null };
    expect(find({ facts: outsideWindows })["account"]).toContain("skipped");
  });

  it("stops at a missing shell, and at a module that can't be loaded", () => {
    const error = new ConnectionError(parts);
    expect(find({ facts: null, failure: { step: "shell", error } })).toEqual({
      PowerShell: "failed: the host said no. a remedy",
    });
    const withoutModule = find({ facts: { ...facts, moduleProblem: "no such module", moduleProblemId: "x" } });
    expect(Object.keys(withoutModule)).toEqual(["PowerShell", "module CimCmdlets"]);
    expect(withoutModule["module CimCmdlets"]).toContain("failed: it can't be loaded: no such module");
  });

  it("distinguishes a missing right for remote sessions from one for the namespace", () => {
    const session = find(failing("session", denied), "HV01");
    expect(session["session"]).toContain("On HV01, let it join Remote Management Users");
    expect(session).not.toHaveProperty("namespace for the account");
    const inside = find(failing("namespace", denied), "HV01");
    expect(inside["session"]).toContain("ok: opened to HV01");
    expect(inside["namespace for the account"]).toMatch(/Remote Enable on root\\virtualization\\v2 .*Hyper-V Admin/);
    expect(find(failing("namespace", denied))["namespace for the account"]).toContain("Run it elevated");
    expect(find(failing("session", denied))["session"]).toContain("a remedy");
  });

  it("recognizes a computer without Hyper-V", () => {
    const error = new CimError(parts, { hresult: Hresult.WBEM_E_INVALID_NAMESPACE });
    expect(find(failing("namespace", error))["namespace for the account"]).toContain("Install-WindowsFeature Hyper-V");
  });
});
