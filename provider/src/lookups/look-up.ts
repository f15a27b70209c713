import * as pulumi from "@pulumi/pulumi";
import { HyperVError } from "../errors";
import { VirtualSystemCollection } from "../resources/virtual-system-collection";
import type { Answers } from "./answers";
import { whatItDependsOn } from "./what-it-depends-on";

/** The namespace of the configuration, and of the tokens by which mocks distinguish the look-ups. */
const namespace = "hyperv-snapshots";

// The SDK prints an error that has this mark as its message alone, without a stack trace and a dump of its properties.
Object.defineProperty(HyperVError.prototype, "__pulumiRunError", { value: true });

type Arguments<Name extends keyof Answers> = Parameters<Answers[Name]>[1];

type Result<Name extends keyof Answers> = Awaited<ReturnType<Answers[Name]>>;

/**
 * Looks something up in this process, the user's program. The first call loads what it needs; soon after the last one
 * everything is released, so that the program can end.
 *
 * Under `pulumi.runtime.setMocks` the mocks' `call` answers, with the token `hyperv-snapshots:index:<name>`.
 */
export async function lookUp<Name extends keyof Answers>(
  name: Name,
  args: Arguments<Name>,
  options: pulumi.InvokeOptions,
): Promise<Result<Name>> {
  if (isMocked()) return pulumi.runtime.invoke(`${namespace}:index:${name}`, args as pulumi.Inputs, options);
  // keeps the program alive during the call, as the SDK does for its own calls
  const done = pulumi.runtime.rpcKeepAlive();
  try {
    const configuration = pulumi.runtime.allConfig();
    const { answer } = await import("./answers/index.js");
    return await answer(name, args, configuration);
  } finally {
    done();
  }
}

/**
 * Looks something up once its arguments are known and the resources that it depends on exist. If an argument is secret, so is
 * the result.
 */
export function lookUpOutput<Name extends keyof Answers>(
  name: Name,
  args: pulumi.Input<pulumi.Inputs>,
  options: pulumi.InvokeOutputOptions,
): pulumi.Output<Result<Name>> {
  const given = pulumi.output(args);
  const ready = whatItDependsOn(given, options.dependsOn);
  return pulumi
    .all([given, ready])
    .apply(([known]) => lookUp(name, known as Arguments<Name>, options)) as unknown as pulumi.Output<Result<Name>>;
}

/** Replaces a `VirtualSystemCollection` by its `collectionId`, as the resources do. */
export function withCollectionId<Args extends { readonly collection?: unknown }>(
  args: Args,
): Omit<Args, "collection"> & { readonly collection?: pulumi.Input<string> } {
  const { collection } = args;
  return VirtualSystemCollection.isInstance(collection)
    ? { ...args, collection: collection.collectionId }
    : (args as ReturnType<typeof withCollectionId<Args>>);
}

/** Tells whether mocks are installed. The SDK has no function for it and doesn't export the class of the mocked monitor. */
function isMocked(): boolean {
  return pulumi.runtime.hasMonitor() && "mocks" in (pulumi.runtime.getMonitor() ?? {});
}
