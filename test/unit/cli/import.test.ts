import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CommandLine } from "../../support/command-line";
import { exportedSnapshot, exportedState } from "../../support/exported-state";

describe("hyperv-snapshots import", () => {
  it("writes the file for pulumi import and the program for it, and prints the command", async () => {
    const at = new CommandLine();
    const id = at.takeSnapshot();
    const file = join(at.folder, "import.json");
    const { exitCode, stdout, stderr } = await at.run(["import", id, "--name", "before-upgrade", "--file", file]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain(`pulumi import --file ${file} --generate-code=false`);
    expect(stdout).toContain(
      'const beforeUpgrade = new CollectionSnapshot("before-upgrade", {\n  collection: "web-tier",',
    );
    expect(stderr).toContain("have other names");
    const { resources } = JSON.parse(readFileSync(file, "utf8"));
    const inputs = {
      collection: "web-tier",
      snapshotType: "Standard",
      snapshotName: "before-upgrade",
      __provider: 'exports.handler=()=>require("pulumi-hyperv-snapshots/lifecycle").collectionSnapshot',
    };
    expect(resources).toEqual([
      {
        type: "pulumi-nodejs:dynamic/hyperv-snapshots:CollectionSnapshot",
        name: "before-upgrade",
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
        inputs,
        outputs: {
          ...inputs,
          snapshotCollectionId: id,
          resultingSnapshotCollection: expect.stringContaining(id),
          collectionId: expect.any(String),
          collectionPath: expect.stringContaining("Msvm_VirtualSystemCollection"),
          collectionName: "web-tier",
          hostName: "HV-TEST",
          members: [expect.objectContaining({ vmName: "db-01" }), expect.objectContaining({ vmName: "web-01" })],
          createdAt: expect.any(String),
          job: null,
        },
      },
    ]);
  });

  it("imports a group's snapshots that the stack doesn't manage yet, with a name for each", async () => {
    const at = new CommandLine();
    const [managed] = [at.takeSnapshot(), at.takeSnapshot(), at.takeSnapshot()];
    const state = at.write(
      "state.json",
      exportedState([exportedSnapshot("a", "1", { snapshotCollectionId: managed })]),
    );
    const words = ["import", "web-tier", "--state", state, "--file", join(at.folder, "import.json")];
    const tooFew = await at.run([...words, "--name", "one"]);
    expect(tooFew.exitCode).toBe(2);
    expect(tooFew.stderr).toContain("2 snapshots failed: there is 1 name");
    expect((await at.run([...words, "--name", "one", "--name", "one"])).stderr).toContain("two names are the same");
    const { value } = await at.json(words);
    expect(value.resources).toHaveLength(2);
    expect(value.resources[1].name).toMatch(/^web-tier-\d{14}/);
    expect((await at.run(words)).stderr).toContain("the file already exists");
    const nowhere = await at.run([...words, "--file", join(at.folder, "missing", "import.json")]);
    expect(nowhere).toMatchObject({ exitCode: 2 });
    expect(nowhere.stderr).toContain("Pass another --file, in a folder that exists");
    expect((await at.json([...words, "--force", "--name", "one", "--name", "two"])).exitCode).toBe(0);
  });

  it("keeps a name that all members share, and uses the id of a group whose name isn't unique", async () => {
    const at = new CommandLine();
    const { id: first } = at
      .host({
        machines: [{ name: "a" }],
        groups: [
          { name: "twin", members: ["a"] },
          { name: "twin", members: [] },
        ],
        options: { completion: "atOnce" },
      })
      .tree().groups[0]!;
    const snapshot = at.takeSnapshot("twin");
    const { value } = await at.json(["import", first, "--name", "before", "--file", join(at.folder, "i.json")]);
    expect(value.resources[0].inputs).toMatchObject({
      collection: first,
      snapshotName: expect.stringMatching(/^a - \(/),
    });
    expect(value.resources[0].outputs).toMatchObject({ snapshotCollectionId: snapshot });
    expect(value.program).toContain(
      `const beforeSnapshot = new CollectionSnapshot("before", {\n  collection: "${first}"`,
    );
    expect(value.program).toContain('snapshotName: "a - (');
  });

  it("refuses a snapshot that it can't import", async () => {
    const at = new CommandLine();
    at.host();
    const refused = async (...words: string[]) => (await at.run(["import", ...words])).stderr;
    expect(await refused("mail")).toContain("there are no snapshots");
    expect(await refused("mial")).toContain("the group doesn't exist");
    expect(await refused("11111111-1111-4111-8111-111111111111")).toContain("the host has no snapshot with this id");
  });
});
