import * as pulumi from "@pulumi/pulumi";
import { formerUrns } from "./former-urns";
import { providerText, typeUnderOtherAdapter } from "./identity";
import { transformedLast } from "./last-transformation";
import { otherOrganization } from "./organization";
import { refuseImport } from "./refuse-import";
import { deletesOldFirst } from "./replacement-order";
import { secretOutputs } from "./secret-outputs";
import { warnOfOpenSecrets } from "./warn-of-open-secrets";

/** The inputs that Pulumi's dynamic host drops unless a resource carries them. */
interface HiddenInputs {
  readonly __provider: string;
  readonly __meta: Promise<{
    readonly urn: pulumi.URN;
    readonly organization?: string;
    readonly timeouts?: pulumi.CustomTimeouts;
    readonly aliases?: readonly string[];
  }>;
}

/** Describes a class of resources. */
interface ResourceClass {
  /** Which export {@link providerText} names. */
  readonly lifecycle: string;
  readonly type: string;
  /** The outputs that repeat an input's value under another name. */
  readonly repeated?: Readonly<Record<string, readonly string[]>>;
  /** Whether a host may destroy a new one together with the old one that it replaces. */
  readonly dependsOnOld?: boolean;
  /** How a user imports such a resource, since the `import` option can't. */
  readonly howToImport: (id: string, name: string) => string;
}

/**
 * Adds the hidden inputs and the secret outputs to a resource after all transformations ran, so that both follow the final options.
 *
 * The URN is a plain promise: as an Output it would make two resources under one component wait for each other without an end.
 */
export function withHiddenInputs(
  options: pulumi.CustomResourceOptions,
  resource: ResourceClass,
): pulumi.CustomResourceOptions {
  warnOfOpenSecrets();
  return transformedLast(options, ({ name, props, opts }) => {
    refuseImport(name, resource, opts);
    const secrets = secretOutputs(props, resource.repeated ?? {}, opts);
    const oldFirst = opts.deleteBeforeReplace ?? (resource.dependsOnOld && deletesOldFirst(props["connection"]));
    return {
      props: { ...props, ...hiddenInputs(name, resource, opts, secrets.settled) },
      opts: {
        ...opts,
        additionalSecretOutputs: secrets.outputs,
        ...(oldFirst !== undefined && { deleteBeforeReplace: oldFirst }),
        // a stack that goes back from the plugin keeps its resources
        aliases: [...(opts.aliases ?? []), { type: typeUnderOtherAdapter(resource.type) }],
      },
    };
  });
}

function hiddenInputs(
  name: string,
  { lifecycle, type }: ResourceClass,
  options: pulumi.CustomResourceOptions,
  settled: Promise<unknown>,
): HiddenInputs {
  const { parent, customTimeouts } = options;
  const describe = async () => {
    const urn = await new Promise<pulumi.URN>((resolve) => pulumi.createUrn(name, type, parent).apply(resolve));
    const aliases = await formerUrns(name, type, options);
    const organization = otherOrganization();
    await settled;
    return {
      urn,
      ...(organization !== undefined && { organization }),
      ...(customTimeouts && { timeouts: customTimeouts }),
      ...(aliases && { aliases }),
    };
  };
  return { __provider: providerText(lifecycle), __meta: describe() };
}
