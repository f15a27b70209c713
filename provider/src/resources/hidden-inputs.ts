import * as pulumi from "@pulumi/pulumi";
import { providerText } from "./identity";
import { askForSaved, otherOrganization, type SavedState } from "./saved-state";
import { warnOfOpenSecrets } from "./warn-of-open-secrets";

/** What the lifecycle is told beside the inputs, since Pulumi's dynamic host drops it. */
export interface HiddenInputs {
  readonly __provider: string;
  readonly __meta: Promise<{
    readonly urn: pulumi.URN;
    readonly organization?: string;
    readonly timeouts?: pulumi.CustomTimeouts;
    readonly saved?: SavedState;
  }>;
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
  /** Whether the lifecycle needs to know what the state holds, where something was begun earlier. */
  readonly asksForSaved?: boolean;
}): HiddenInputs {
  const { lifecycle, type, name, options, settled, asksForSaved = false } = resource;
  const { customTimeouts, parent } = options;
  warnOfOpenSecrets();
  const describe = async () => {
    const urn = await new Promise<pulumi.URN>((resolve) => pulumi.createUrn(name, type, parent).apply(resolve));
    const saved = asksForSaved ? await askForSaved(urn) : undefined;
    const organization = otherOrganization();
    await settled;
    return {
      urn,
      ...(organization !== undefined && { organization }),
      ...(customTimeouts && { timeouts: customTimeouts }),
      ...(saved && { saved }),
    };
  };
  return { __provider: providerText(lifecycle), __meta: describe() };
}
