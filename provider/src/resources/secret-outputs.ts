import * as pulumi from "@pulumi/pulumi";

/** Which outputs of a resource are secret. */
export interface SecretOutputs {
  /** Complete once {@link SecretOutputs.settled} is: the SDK looks at it when all inputs have resolved. */
  readonly outputs: string[];
  /** Resolves when it is known whether the input is a secret. */
  readonly settled: Promise<void>;
}

/**
 * Makes outputs that repeat an input's value secret where the input is.
 *
 * The engine marks only the output of the same name; the value under another name would lie in the state in clear.
 */
export function secretOutputs(
  input: pulumi.Input<unknown>,
  repeatedIn: readonly string[],
  options: pulumi.CustomResourceOptions,
): SecretOutputs {
  const outputs = [...(options.additionalSecretOutputs ?? [])];
  const settled = pulumi.isSecret(pulumi.output(input)).then((isSecret) => {
    if (isSecret) outputs.push(...repeatedIn);
  });
  return { outputs, settled };
}
