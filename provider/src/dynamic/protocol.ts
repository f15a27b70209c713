/** Plain JSON, as it crosses the border to Pulumi: inputs, outputs, state. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A resource's inputs or outputs. */
export type Properties = Readonly<Record<string, Json>>;

/** What `configure` is given: the whole stack configuration, secrets in clear. */
export interface ConfigureRequest {
  readonly config: { get(key: string): string | undefined };
}

/** One reason why an input can't be used. */
export interface CheckFailure {
  readonly property: string;
  readonly reason: string;
}

/** What changed, and what follows from it. */
export interface DiffResult {
  readonly changes: boolean;
  readonly replaces?: string[];
  readonly deleteBeforeReplace?: boolean;
}

/**
 * What Pulumi's dynamic host calls, with plain JSON in and out.
 *
 * Stated here and not imported: only `engine-link.ts` knows `@pulumi/pulumi`.
 */
export interface DynamicProvider {
  configure(request: ConfigureRequest): void;
  check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: CheckFailure[] }>;
  diff(id: string, olds: Properties, news: Properties): Promise<DiffResult>;
  create(inputs: Properties): Promise<{ id: string; outs: Properties }>;
  /** An empty answer says that the resource is gone. */
  read(id: string, outputs: Properties): Promise<{ id?: string; props?: Properties; inputs?: Properties }>;
  update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }>;
  delete(id: string, outputs: Properties): Promise<void>;
}

/**
 * What Pulumi sends for a value that isn't known yet, in `check` and `diff` of a preview.
 * Source: `unknownValue` of the Node SDK's runtime.
 */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The key under which Pulumi's runtime marks assets, archives and other special values. Source: `specialSigKey`. */
export const specialSignatureKey = "4dabf18193072939515e22adb298388d";
