import * as pulumi from "@pulumi/pulumi";
import type { Answers } from "./answers";
import { whatItDependsOn } from "./what-it-depends-on";

/** The namespace of the configuration, and of the tokens by which mocks tell the look-ups apart. */
const namespace = "hyperv-snapshots";

type Arguments<Name extends keyof Answers> = Parameters<Answers[Name]>[1];

type Result<Name extends keyof Answers> = Awaited<ReturnType<Answers[Name]>>;

/**
 * Looks something up in this process, the user's program: what it takes is loaded by the first call, and given back soon after
 * the last, so that the program ends by itself.
 *
 * Under `pulumi.runtime.setMocks` no host is asked, but `call` of the mocks: by the token `hyperv-snapshots:index:<name>`.
 */
export async function lookUp<Name extends keyof Answers>(
  name: Name,
  args: Arguments<Name>,
  options: pulumi.InvokeOptions,
): Promise<Result<Name>> {
  if (isMocked()) return pulumi.runtime.invoke(`${namespace}:index:${name}`, args as pulumi.Inputs, options);
  // as the SDK does for a call of its own: the program isn't over while one is under way
  const done = pulumi.runtime.rpcKeepAlive();
  try {
    const configuration = pulumi.runtime.allConfig();
    const { answer } = await import("./answers/index.js");
    return await answer(name, args, configuration);
  } finally {
    done();
  }
}

/** Looks something up once its arguments are known and what it depends on is there; a secret argument makes the result one. */
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

/** The SDK doesn't tell, and doesn't export the class of the monitor that stands in. */
function isMocked(): boolean {
  return pulumi.runtime.hasMonitor() && "mocks" in (pulumi.runtime.getMonitor() ?? {});
}
