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
      name: null,
      reference: expect.stringContaining(
        `\\\\HV-TEST\\root\\virtualization\\v2:Msvm_SnapshotCollection.CollectionID="${web}"`,
      ),
      group: { collectionId: groupId(at, "web-tier"), name: "web-tier" },
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      snapshotType: "Standard",
      members: ["db-01", "web-01"].map((vmName) => ({
        vmId: expect.any(String),
        vmName,
        snapshotId: expect.stringMatching(/^Microsoft:/),
        name: expect.stringContaining(`${vmName} - (`),
        createdAt: expect.any(String),
        hasSavedState: false,
      })),
      owner: { kind: "unknown" },
      isLeftover: false,
      isOld: false,
    });
    const { exitCode, stdout } = await at.run(["list", "mail"]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(mail.slice(0, 8));
    expect(stdout).not.toContain(web.slice(0, 8));
    const tree = await at.run(["list", "--tree"]);
    expect(tree.stdout).toMatch(/^HV-TEST\n├─ VM group web-tier {2}\S+\n│ {2}└─ snapshot /);
    expect(tree.stdout).toContain('│     ├─ db-01  "db-01 - (');
  });

  it("names each snapshot's owner from an export of the state, and lists only leftovers on request", async () => {
    const at = new CommandLine();
    const [managed, left, foreign] = [at.takeSnapshot(), at.takeSnapshot(), at.takeSnapshot("mail")];
    const outputs = { snapshotCollectionId: managed.toLowerCase(), collectionId: groupId(at, "web-tier") };
    const state = exportedState([exportedSnapshot("before", "11111111-1111-4111-8111-111111111111", outputs)]);
    const all = await at.json(["list", "--state", "-"], { input: JSON.stringify(state) });
    expect(all.exitCode).toBe(0);
    const owners = all.value.snapshots.map((one: Record<string, unknown>) => [
      one["snapshotCollectionId"],
      [one["owner"], one["isLeftover"]],
    ]);
    const urn = expect.stringMatching(/^urn:.*::before$/);
    expect(Object.fromEntries(owners)).toEqual({
      [managed]: [{ kind: "resource", urn, name: "before" }, false],
      [left]: [{ kind: "unknown" }, true],
      [foreign]: [{ kind: "unknown" }, false],
    });
    const leftovers = await at.run(["list", "--leftovers", "--state", at.write("state.json", state)]);
    expect(leftovers.exitCode).toBe(3);
    expect(leftovers.stdout).toContain(left.slice(0, 8));
    for (const id of [managed, foreign]) expect(leftovers.stdout).not.toContain(id.slice(0, 8));
    const onlyMail = ["list", "mail", "--leftovers", "--state", "-"];
    const none = await at.run(onlyMail, { input: JSON.stringify(state) });
    expect(none).toMatchObject({ exitCode: 0, stdout: "HV-TEST has no leftovers of this stack\n" });
  });

  it("knows the resources of the plugin as well as the dynamic ones", async () => {
    const at = new CommandLine();
    const id = at.takeSnapshot();
    const resource = exportedSnapshot(
      "before",
      "1",
      { snapshotCollectionId: id },
      { type: "hyperv-snapshots:index:CollectionSnapshot" },
    );
    const { value } = await at.json(["list", "--state", "-"], { input: JSON.stringify(exportedState([resource])) });
    expect(value.snapshots[0].owner).toMatchObject({ kind: "resource", name: "before" });
  });

  it("refuses --leftovers without a stack, and says what to do", async () => {
    const at = new CommandLine();
    at.host();
    const { exitCode, stderr } = await at.run(["list", "--leftovers"]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain("there is no Pulumi project in");
    expect(stderr).toContain("pass --cwd FOLDER");
  });

  it("warns of snapshots older than --older-than, and refuses what isn't a duration", async () => {
    const at = new CommandLine();
    at.takeSnapshot();
    const inTwoDays = () => Date.now() + 2 * 86_400_000;
    const old = await at.run(["list", "--older-than", "1d"], { today: inTwoDays });
    expect(old.exitCode).toBe(3);
    expect(old.stderr).toContain("1 snapshot is older than 1 d.");
    expect((await at.run(["list", "--older-than", "3d"], { today: inTwoDays })).exitCode).toBe(0);
    const wrong = await at.run(["list", "--older-than", "soon"]);
    expect(wrong.exitCode).toBe(2);
    expect(wrong.stderr).toContain("a duration such as 30s, 10m, 1h30m or 7d");
  });

  it("fits a terminal of 80 columns, whatever the names", async () => {
    const at = new CommandLine();
    const longName = "a-group-with-a-name-that-is-far-too-long-for-a-column";
    at.host({
      machines: [{ name: "a" }],
      groups: [{ name: longName, members: ["a"] }],
      options: { completion: "atOnce" },
    });
    at.takeSnapshot(longName);
    const width = (text: string) => Math.max(...text.split("\n").map((line) => line.length));
    const piped = await at.run(["list"]);
    expect(piped.stdout).toContain(longName);
    const { stdout } = await at.run(["list"], { columns: 80 });
    expect(stdout).toContain("…");
    expect(width(stdout)).toBeLessThanOrEqual(80);
  });

  it("reports resources whose snapshot isn't on the host, and what the state doesn't say", async () => {
    const at = new CommandLine();
    at.host();
    const deleted = {
      snapshotCollectionId: "99999999-1111-4111-8111-111111111111",
      collectionId: groupId(at, "web-tier"),
    };
    const partial = {
      snapshotCollectionId: null,
      resultingSnapshotCollection: null,
      collectionId: groupId(at, "web-tier"),
    };
    const state = exportedState(
      [exportedSnapshot("deleted", "1", deleted), exportedSnapshot("partial", "2", partial)],
      [{ type: "creating", resource: exportedSnapshot("interrupted", "", {}) }],
    );
    const { exitCode, value } = await at.json(["list", "--state", "-"], { input: JSON.stringify(state) });
    expect(exitCode).toBe(3);
    expect(value.missing).toEqual([
      { urn: expect.stringContaining("::deleted"), snapshotCollectionId: deleted.snapshotCollectionId },
    ]);
    expect(value.doubts).toEqual([
      expect.stringContaining("::partial"),
      expect.stringContaining("1 operation was interrupted"),
    ]);
  });

  it("counts a snapshot of a deleted group as a leftover if the stack knows one of its machines", async () => {
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
      return (await at.json(["list", "--state", "-"], { input })).value.snapshots[0];
    };
    expect(await of(vmId)).toMatchObject({ snapshotCollectionId: orphan, group: null, isLeftover: true });
    expect(await of("another machine")).toMatchObject({ isLeftover: false });
    expect((await at.run(["list", "--tree"])).stdout).toContain("(group deleted)");
  });

  it("fails if the account sees nothing, and refuses a file that isn't a state", async () => {
    const at = new CommandLine();
    at.host().setOption("rights", "allHidden");
    const unseeing = await at.json(["list"]);
    expect(unseeing).toMatchObject({ exitCode: 1, value: { error: { code: "CIM_ACCESS_DENIED" } } });
    for (const input of ["no json", "{}", '{"deployment":{"resources":[{}]}}']) {
      const refused = await at.run(["list", "--state", "-"], { input });
      expect(refused.exitCode).toBe(2);
      expect(refused.stderr).toContain("pulumi stack export");
    }
  });
});
