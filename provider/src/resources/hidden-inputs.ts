import * as pulumi from "@pulumi/pulumi";
import { providerText, typeUnderOtherAdapter } from "./identity";
import { transformedLast } from "./last-transformation";
import { refuseImport } from "./refuse-import";
import { askForSaved, otherOrganization, type SavedState } from "./saved-state";
import { secretOutputs } from "./secret-outputs";
import { warnOfOpenSecrets } from "./warn-of-open-secrets";

/** The inputs that Pulumi's dynamic host drops unless a resource carries them. */
interface HiddenInputs {
  readonly __provider: string;
  readonly __meta: Promise<{
    readonly urn: pulumi.URN;
    readonly organization?: string;
    readonly timeouts?: pulumi.CustomTimeouts;
    readonly saved?: SavedState;
  }>;
}

/** Describes a class of resources. */
interface ResourceClass {
  /** Which export {@link providerText} names. */
  readonly lifecycle: string;
  readonly type: string;
  /** The outputs that repeat an input's value under another name. */
  readonly repeated?: Readonly<Record<string, readonly string[]>>;
  /** Whether the lifecycle needs to know what the state holds when an earlier run was interrupted. */
  readonly asksForSaved?: boolean;
  /** How a user imports such a resource, since the `import` option can't. */
  readonly howToImport: (id: string, name: string) => string;
}

/**
 * Adds the hidden inputs and the secret outputs to a resource after all transformations ran, so that both follow the final options.
 *
 * The URN is a plain promise: as an Output it would make two resources under one component wait for each other for ever.
 */
export function withHiddenInputs(
  options: pulumi.CustomResourceOptions,
  resource: ResourceClass,
): pulumi.CustomResourceOptions {
  warnOfOpenSecrets();
  return transformedLast(options, ({ name, props, opts }) => {
    refuseImport(name, resource, opts);
    const secrets = secretOutputs(props, resource.repeated ?? {}, opts);
    return {
      props: { ...props, ...hiddenInputs(name, resource, opts, secrets.settled) },
      opts: {
        ...opts,
        additionalSecretOutputs: secrets.outputs,
        // a stack that goes back from the plugin keeps its resources
        aliases: [...(opts.aliases ?? []), { type: typeUnderOtherAdapter(resource.type) }],
      },
    };
  });
}

function hiddenInputs(
  name: string,
  { lifecycle, type, asksForSaved = false }: ResourceClass,
  { id, parent, customTimeouts }: pulumi.CustomResourceOptions,
  settled: Promise<unknown>,
): HiddenInputs {
  const describe = async () => {
    const urn = await new Promise<pulumi.URN>((resolve) => pulumi.createUrn(name, type, parent).apply(resolve));
    const saved = asksForSaved && id === undefined ? await askForSaved(urn) : undefined;
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
