import * as pulumi from "@pulumi/pulumi";

/** What the lifecycle is told beside the inputs, since Pulumi's dynamic host drops it. */
export interface HiddenInputs {
  readonly __provider: string;
  readonly __meta: {
    readonly urn: Promise<pulumi.URN>;
    readonly timeouts?: pulumi.CustomTimeouts;
  };
}

/**
 * Makes the inputs that a resource carries for its lifecycle.
 *
 * `__provider` is a constant text that names the lifecycle to load, not a serialised closure: the same in every install, and
 * short, since the whole state is written at every step. The URN is a plain promise: as an Output it would make two
 * resources under one component wait for each other for ever.
 *
 * @param resource - Whose they are. `lifecycle` is the export of `pulumi-hyperv-snapshots/lifecycle`; it stands in states in
 * the field, so it is there for ever. The registration waits for `settled`.
 */
export function hiddenInputs(resource: {
  readonly lifecycle: string;
  readonly type: string;
  readonly name: string;
  readonly options: pulumi.CustomResourceOptions;
  readonly settled: Promise<void>;
}): HiddenInputs {
  const { lifecycle, type, name, options, settled } = resource;
  const { customTimeouts, parent } = options;
  const urn = new Promise<pulumi.URN>((resolve) => {
    pulumi.createUrn(name, type, parent).apply(resolve);
  });
  return {
    __provider: `exports.handler=()=>require("pulumi-hyperv-snapshots/lifecycle").${lifecycle}`,
    __meta: {
      urn: settled.then(() => urn),
      ...(customTimeouts && { timeouts: customTimeouts }),
    },
  };
}
