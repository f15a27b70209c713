// About the least that these inputs and outputs can cost: what this package registers and answers, by a provider that does nothing else.
const pulumi = require("@pulumi/pulumi");

const outputs = require("./outputs.json");
const unknown = Object.fromEntries(Object.keys(outputs).map((name) => [name, undefined]));
const create = `async(inputs)=>({id:"1",outs:{...inputs,...${JSON.stringify(outputs)}}})`;
// in a file of its own, as ours: in the state its text would be paid for once more
require("node:fs").writeFileSync("outputs.js", `exports.handler={create:${create},diff:()=>({changes:false})}`);

// ours leaves out the stacks of Pulumi's own promises, too
const format = Error.prepareStackTrace;
Error.prepareStackTrace = (error, frames) =>
  frames[0]?.getFunctionName() === "debuggablePromise" ? String(error) : format(error, frames);

for (let at = 1; at <= Number(process.env.COUNT); at += 1) {
  const name = `snapshot-${at}`;
  new pulumi.CustomResource("pulumi-nodejs:dynamic:Resource", name, {
    __provider: `exports.handler=()=>require(${JSON.stringify(`${process.cwd()}/outputs.js`)}).handler`,
    ...unknown,
    collection: `group-${at}`,
    snapshotName: name,
    snapshotType: "Standard",
    __meta: { urn: `urn:pulumi:bench::project::pulumi-nodejs:dynamic:Resource::${name}` },
  });
}
