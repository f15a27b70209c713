import { describe, expect, it } from "vitest";
import { CommandLine } from "../../support/command-line";
import { exportedSnapshot, exportedState } from "../../support/exported-state";

const groupId = (at: CommandLine, name: string) =>
  at
    .host()
    .tree()
    .groups.find((group) => group.name === name)?.id;

describe("hyperv-snapshots list", () => {
  it("lists every group's snapshots, or one group's", async () => {
    const at = new CommandLine();
    const [web, mail] = [at.takeSnapshot(), at.takeSnapshot("mail")];
    const all = await at.json(["list"]);
    expect(all.exitCode).toBe(0);
    expect(all.value).toMatchObject({ hostName: "HV-TEST", groups: [{ name: "web-tier" }, { name: "mail" }] });
    expect(all.value.snapshots).toHaveLength(2);
    expect(all.value.snapshots[0]).toEqual({
      snapshotCollectionId: web,
      reference: expect.stringContaining(
        `\\\\HV-TEST\\root\\virtualization\\v2:Msvm_SnapshotCollection.CollectionID="${web}"`,
      ),
      group: { collectionId: groupId(at, "web-tier"), name: "web-tier" },
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      snapshotType: 1,
      members: ["db-01", "web-01"].map((vmName) => ({
        vmId: expect.any(String),
        vmName,
        snapshotId: expect.stringMatching(/^Microsoft:/),
        name: expect.stringContaining(`${vmName} - (`),
        createdAt: expect.any(String),
        hasSavedState: false,
      })),
    });
    const { exitCode, stdout } = await at.run(["list", "mail"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(mail);
    expect(stdout).not.toContain(web);
    const tree = await at.run(["list", "--tree"]);
    expect(tree.stdout).toMatch(/^HV-TEST\n├─ VM group web-tier {2}\S+\n│ {2}└─ snapshot /);
    expect(tree.stdout).toContain('│     ├─ db-01  "db-01 - (');
  });

  it("says whose each snapshot is, beside an export of the state, and never what to delete", async () => {
    const at = new CommandLine();
    const [managed, left, foreign] = [at.takeSnapshot(), at.takeSnapshot(), at.takeSnapshot("mail")];
    const outputs = { snapshotCollectionId: managed.toLowerCase(), collectionId: groupId(at, "web-tier") };
    const state = exportedState([exportedSnapshot("before", "11111111-1111-4111-8111-111111111111", outputs)]);
    const compared = await at.json(["list", "--leftovers", "-"], { input: JSON.stringify(state) });
    expect(compared.exitCode).toBe(3);
    const standings = compared.value.snapshots.map((one: Record<string, unknown>) => [
      one["snapshotCollectionId"],
      one["standing"],
    ]);
    expect(Object.fromEntries(standings)).toEqual({
      [managed]: "inThisStack",
      [left]: "keptOrLost",
      [foreign]: "notThisStack",
    });
    const { stdout, stderr } = await at.run(["list", "--leftovers", at.write("state.json", state)]);
    expect(stdout).toContain("in this stack: before");
    expect(stdout).toContain("kept or lost");
    expect(stdout + stderr).not.toMatch(/delete|destroy|remove/i);
    const onlyMail = await at.run(["list", "mail", "--leftovers", "-"], { input: JSON.stringify(state) });
    expect(onlyMail.exitCode, "nothing is amiss there").toBe(0);
  });

  it("tells what the state has and the host hasn't, and what the state can't tell", async () => {
    const at = new CommandLine();
    at.host();
    const gone = {
      snapshotCollectionId: "99999999-1111-4111-8111-111111111111",
      collectionId: groupId(at, "web-tier"),
    };
    const partial = {
      snapshotCollectionId: null,
      resultingSnapshotCollection: null,
      collectionId: groupId(at, "web-tier"),
    };
    const state = exportedState(
      [exportedSnapshot("gone", "1", gone), exportedSnapshot("partial", "2", partial)],
      [{ type: "creating", resource: exportedSnapshot("cut-off", "", {}) }],
    );
    const { exitCode, value } = await at.json(["list", "--leftovers", "-"], { input: JSON.stringify(state) });
    expect(exitCode).toBe(3);
    expect(value.missing).toEqual([
      { urn: expect.stringContaining("::gone"), snapshotCollectionId: gone.snapshotCollectionId },
    ]);
    expect(value.doubts).toEqual([expect.stringContaining("::partial"), expect.stringContaining("1 operation(s)")]);
  });

  it("counts a snapshot whose group is gone to whoever knows one of its machines", async () => {
    const at = new CommandLine();
    const orphan = at.takeSnapshot("mail");
    const host = at.host();
    const vmId = host.tree().groups.find(({ name }) => name === "mail")?.machines[0]?.id;
    const [service] = host.query("SELECT * FROM Msvm_CollectionManagementService");
    const [group] = host.query("SELECT * FROM Msvm_VirtualSystemCollection WHERE ElementName = 'mail'");
    host.invokeMethod(service!.path, "DestroyCollection", { Collection: group!.path });
    const of = async (id: string | undefined) => {
      const outputs = { snapshotCollectionId: "other", members: [{ vmId: id }] };
      const input = JSON.stringify(exportedState([exportedSnapshot("mail", "1", outputs)]));
      return (await at.json(["list", "--leftovers", "-"], { input })).value.snapshots[0];
    };
    expect(await of(vmId)).toMatchObject({ snapshotCollectionId: orphan, group: null, standing: "keptOrLost" });
    expect(await of("nobody")).toMatchObject({ standing: "notThisStack" });
    expect((await at.run(["list", "--tree"])).stdout).toContain("(its group is gone)");
  });

  it("believes in no absence that it can't see, and refuses what is no state", async () => {
    const at = new CommandLine();
    at.host().setOption("rights", "blind");
    const blind = await at.json(["list"]);
    expect(blind).toMatchObject({ exitCode: 1, value: { error: { code: "CIM_ACCESS_DENIED" } } });
    for (const input of ["no json", "{}", '{"deployment":{"resources":[{}]}}']) {
      const refused = await at.run(["list", "--leftovers", "-"], { input });
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toContain("pulumi stack export");
    }
  });
});
