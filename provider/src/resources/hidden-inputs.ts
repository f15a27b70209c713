import * as pulumi from "@pulumi/pulumi";
import { providerText } from "./identity";
import { warnOfOpenSecrets } from "./warn-of-open-secrets";

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
 * The URN is a plain promise: as an Output it would make two resources under one component wait for each other for ever.
 *
 * @param resource - Whose they are. `lifecycle` is what {@link providerText} names. The registration waits for `settled`.
 */
export function hiddenInputs(resource: {
  readonly lifecycle: string;
  readonly type: string;
  readonly name: string;
  readonly options: pulumi.CustomResourceOptions;
  readonly settled?: Promise<void>;
}): HiddenInputs {
  const { lifecycle, type, name, options, settled = Promise.resolve() } = resource;
  const { customTimeouts, parent } = options;
  warnOfOpenSecrets();
  const urn = new Promise<pulumi.URN>((resolve) => {
    pulumi.createUrn(name, type, parent).apply(resolve);
  });
  return {
    __provider: providerText(lifecycle),
    __meta: {
      urn: settled.then(() => urn),
      ...(customTimeouts && { timeouts: customTimeouts }),
    },
  };
}
