import * as pulumi from "@pulumi/pulumi";

/** Stands for whatever upgrades your application: a command, a playbook, a release of another provider. */
export class Upgrade extends pulumi.dynamic.Resource {
  declare readonly version: pulumi.Output<string>;

  constructor(name: string, args: { version: pulumi.Input<string> }, options?: pulumi.CustomResourceOptions) {
    super({ create: async (inputs) => ({ id: "upgrade", outs: inputs }) }, name, args, options);
  }
}
