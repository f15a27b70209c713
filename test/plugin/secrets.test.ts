import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { yamlProgram, yamlProject } from "../support/plugin-project";
import { smallSeed } from "../support/pulumi-project";

const secrets = {
  password: "hunter2-correct-horse",
  inner: "inner-tr0ub4dor",
  trigger: "battery-staple-7f3a",
  group: "confidential-tier",
};

/** What a secret looks like where a program writes it. */
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

/** Pulumi's own traces show whatever it sends from one of its processes to another, secret or not. */
const tracesOfPulumi = /arshaling property for RPC|RegisterResource RPC finished|Marshal\w*\(|Unmarshal\w*\(/;

it("keeps secrets of the configuration and of the inputs out of state, plan, logs and records", async (context) => {
  const secret = (value: unknown) => ({ "fn::secret": value });
  const program = (version: string) =>
    yamlProgram({
      other: {
        type: "pulumi:providers:hyperv-snapshots",
        properties: {
          connections: secret({ east: { transport: "simulated", host: "HV-EAST", password: secrets.inner } }),
          transport: "simulated",
          password: secret(secrets.password),
        },
      },
      before: {
        properties: { collection: secret(secrets.group), triggers: secret([secrets.trigger, version]) },
      },
    });
  const seed = { ...smallSeed, groups: [{ name: secrets.group, members: ["web-01", "web-02"] }] };
  const project = await yamlProject(context, program("1"), { seed });
  const set = ["config", "set", "--secret", "hyperv-snapshots:password", secrets.password];
  expect(await project.run(set)).toMatchObject({ status: 0 });
  const loud = ["-v=9", "--logtostderr", "--logflow", "--debug"];
  const preview = await project.preview("--diff", "--save-plan=plan.json", ...loud);
  expect(preview.status).toBe(0);
  const made = await project.up(...loud);
  expect(made.status).toBe(0);
  expect(project.snapshotCounts()).toEqual([1, 1]);
  project.host.injectFault({ method: "CreateSnapshot", returnValue: 32770 });
  project.write("Pulumi.yaml", program("2"));
  const refused = await project.up(...loud);
  expect(refused.status).not.toBe(0);
  expect(refused.output).toContain("32770");

  const root = dirname(project.folder);
  const kept = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => /^(backend|home|program\/(Pulumi\.test|plan))/.test(name) && statSync(join(root, name)).isFile())
    .map((name) => [name, readFileSync(join(root, name), "latin1")] as const);
  expect(kept.map(([, text]) => text).join()).toContain("ciphertext");
  const lines = [preview, made, refused].flatMap(({ output }) => output.split("\n"));
  const shown = lines.filter((line) => !tracesOfPulumi.test(line)).map((line) => ["output", line] as const);
  const forms = Object.values(secrets).flatMap(formsOf);
  const hits = [...kept, ...shown].filter(([, text]) => forms.some((form) => text.includes(form)));
  expect(hits).toEqual([]);
});
