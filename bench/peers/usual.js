// What a dynamic resource looks like in Pulumi's documentation: a provider with its seven methods inline, which does nothing.
const pulumi = require("@pulumi/pulumi");

const provider = {
  async configure(request) {
    this.host = request.config.get("host");
  },
  async check(_olds, news) {
    const failures = [];
    if (typeof news.collection !== "string" || news.collection === "") {
      failures.push({ property: "collection", reason: "collection must be the name of a VM group" });
    }
    return { inputs: news, failures };
  },
  async diff(_id, olds, news) {
    const replaces = olds.collection === news.collection ? [] : ["collection"];
    return { changes: replaces.length > 0, replaces, deleteBeforeReplace: true };
  },
  async create(inputs) {
    return { id: inputs.collection, outs: { ...inputs } };
  },
  async read(id, props) {
    return { id, props };
  },
  async update(_id, _olds, news) {
    return { outs: { ...news } };
  },
  async delete(_id, _props) {},
};

class Snapshot extends pulumi.dynamic.Resource {
  constructor(name, inputs, options) {
    super(provider, name, inputs, options);
  }
}

for (let at = 1; at <= Number(process.env.COUNT); at += 1) {
  new Snapshot(`snapshot-${at}`, { collection: `group-${at}` });
}
