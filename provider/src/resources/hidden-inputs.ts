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
 * @param lifecycle - The export of `pulumi-hyperv-snapshots/lifecycle`; it stands in states in the field, so it is there for ever.
 */
export function hiddenInputs(
  lifecycle: string,
  type: string,
  name: string,
  options: pulumi.CustomResourceOptions,
): HiddenInputs {
  const { customTimeouts, parent } = options;
  return {
    __provider: `exports.handler=()=>require("pulumi-hyperv-snapshots/lifecycle").${lifecycle}`,
    __meta: {
      urn: new Promise((resolve) => {
        pulumi.createUrn(name, type, parent).apply(resolve);
      }),
      ...(customTimeouts && { timeouts: customTimeouts }),
    },
  };
}
