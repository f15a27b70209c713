import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { PulumiProject } from "../support/pulumi-project";

const password = "hunter2-correct-horse";
const trigger = "battery-staple-7f3a";

const program = `
const pulumi = require("@pulumi/pulumi");
const { CollectionSnapshot } = require("pulumi-hyperv-snapshots");
new CollectionSnapshot("before", { collection: "web-tier", triggers: [pulumi.secret("${trigger}")] });
`;

/** Pulumi's own traces show whatever it sends from one of its processes to another, secret or not. */
const tracesOfPulumi = /arshaling property for RPC|RegisterResource RPC finished/;

/** What a secret looks like where it is shown. */
const formsOf = (secret: string) => [
  secret,
  Buffer.from(secret).toString("hex"),
  // without what depends on its neighbours
  ...[0, 1, 2].map((shift) =>
    Buffer.from(" ".repeat(shift) + secret)
      .toString("base64")
      .slice(4, -4),
  ),
];

it("keeps a secret of the configuration and one of the inputs out of logs, state and recovery records", async () => {
  const project = await PulumiProject.create({ program: { "index.js": program } });
  const set = ["config", "set", "--secret", "hyperv-snapshots:password", password];
  expect(await project.run(set)).toMatchObject({ status: 0 });
  const loud = ["-v=9", "--logtostderr", "--logflow", "--debug"];
  const made = await project.up(...loud);
  expect(made.status).toBe(0);
  project.host.injectFault({ method: "CreateSnapshot", returnValue: 32770 });
  const refused = await project.up("--target-replace=**before", ...loud);
  expect(refused.status).not.toBe(0);
  expect(refused.output).toContain("32770");

  const root = dirname(project.folder);
  const kept = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => /^(backend|home|program\/Pulumi)/.test(name) && statSync(join(root, name)).isFile())
    .map((name) => [name, readFileSync(join(root, name), "latin1")] as const);
  expect(kept.map(([, text]) => text).join()).toContain("ciphertext");
  const lines = (made.output + refused.output).split("\n").filter((line) => !tracesOfPulumi.test(line));
  const forms = [password, trigger].flatMap(formsOf);
  const shown = lines.map((line) => ["output", line] as const);
  const hits = [...kept, ...shown].filter(([, text]) => forms.some((form) => text.includes(form)));
  expect(hits).toEqual([]);
});
