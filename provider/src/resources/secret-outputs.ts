import * as pulumi from "@pulumi/pulumi";

/** Which outputs of a resource are secret. */
export interface SecretOutputs {
  /** Complete once {@link SecretOutputs.settled} resolves: the SDK reads it after all inputs have resolved. */
  readonly outputs: string[];
  /** Resolves when it is known which inputs are secrets. */
  readonly settled: Promise<unknown>;
}

/**
 * Makes outputs secret that repeat the value of a secret input.
 *
 * The engine marks only the output of the same name; under another name the value would be in the state in plain text.
 *
 * @param repeated - The outputs that repeat an input, by the input's name.
 */
export function secretOutputs(
  inputs: pulumi.Inputs,
  repeated: Readonly<Record<string, readonly string[]>>,
  options: pulumi.CustomResourceOptions,
): SecretOutputs {
  const outputs = [...(options.additionalSecretOutputs ?? [])];
  const mark = async ([input, names]: readonly [string, readonly string[]]) => {
    if (await pulumi.isSecret(pulumi.output(inputs[input]))) outputs.push(...names);
  };
  return { outputs, settled: Promise.all(Object.entries(repeated).map(mark)) };
}
