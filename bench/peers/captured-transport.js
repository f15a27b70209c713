// The usual resource again, with its host connection in a class of its own: the serialised closure includes that class.
const pulumi = require("@pulumi/pulumi");
const { PowerShellTransport } = require("./powershell-transport");

const provider = {
  async configure(request) {
    // no host is configured here, so nothing is done: only the size of the text is measured
    const host = request.config.get("host");
    if (host) this.transport = new PowerShellTransport(host);
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
    if (this.transport) await this.transport.createSnapshot(inputs.collection);
    return { id: inputs.collection, outs: { ...inputs } };
  },
  async read(id, props) {
    if (this.transport) await this.transport.query("SELECT * FROM Msvm_SnapshotCollection");
    return { id, props };
  },
  async update(_id, _olds, news) {
    return { outs: { ...news } };
  },
  async delete(id, _props) {
    if (this.transport) await this.transport.destroySnapshot(id);
  },
};

class Snapshot extends pulumi.dynamic.Resource {
  constructor(name, inputs, options) {
    super(provider, name, inputs, options);
  }
}

for (let at = 1; at <= Number(process.env.COUNT); at += 1) {
  new Snapshot(`snapshot-${at}`, { collection: `group-${at}` });
}
