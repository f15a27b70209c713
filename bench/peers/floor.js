// The least that a resource of a dynamic provider can cost: a text of 85 bytes, no inputs, no outputs, nothing done.
const pulumi = require("@pulumi/pulumi");

const text = 'exports.handler=()=>({create:async()=>({id:"1",outs:{}}),diff:()=>({changes:false})})';

for (let at = 1; at <= Number(process.env.COUNT); at += 1) {
  new pulumi.CustomResource("pulumi-nodejs:dynamic:Resource", `snapshot-${at}`, { __provider: text });
}
