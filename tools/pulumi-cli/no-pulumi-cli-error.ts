/** Tells a person that there is no Pulumi CLI, and what to do; its message stands alone, without a stack trace. */
export class NoPulumiCliError extends Error {
  override readonly name = "NoPulumiCliError";
}
