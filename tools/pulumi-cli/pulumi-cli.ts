/** A Pulumi CLI that has answered with its version. */
export interface PulumiCli {
  /** Absolute path of the executable. */
  readonly command: string;
  /** Its version without the leading `v`, such as `3.259.0`. */
  readonly version: string;
  /** Which way led to it. */
  readonly source: "PULUMI_CLI" | "PATH" | "cache" | "installer" | "go build";
}
