// Takes a snapshot, or with `destroy` removes it: node deploy.mjs [stack] [destroy]
import { LocalWorkspace } from "@pulumi/pulumi/automation/index.js";
import { CollectionSnapshot } from "pulumi-hyperv-snapshots";

const [stackName = "dev", command = "up"] = process.argv.slice(2);

const program = async () => {
  const before = new CollectionSnapshot("before-upgrade", { collection: "web-tier" });
  return { reference: before.resultingSnapshotCollection };
};

const stack = await LocalWorkspace.createOrSelectStack(
  { stackName, projectName: "automation-api", program },
  // Pulumi loads the provider from here: a folder whose node_modules has the package, not the default, a temporary one
  { workDir: import.meta.dirname },
);

if (command === "destroy") {
  await stack.destroy({ onOutput: (text) => process.stderr.write(text) });
} else {
  const { outputs } = await stack.up({ onOutput: (text) => process.stderr.write(text) });
  console.log(outputs["reference"]?.value);
}
