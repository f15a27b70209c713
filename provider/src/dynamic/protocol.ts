import type { CheckFailure, Properties } from "../process/resource-call";

/** What `configure` is given: the whole stack configuration, secrets in plain text. */
export interface ConfigureRequest {
  readonly config: { get(key: string): string | undefined };
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
 * Stated here and not imported: only `process/progress.ts` knows `@pulumi/pulumi`.
 */
export interface DynamicProvider {
  configure(request: ConfigureRequest): void;
  check(olds: Properties, news: Properties): Promise<{ inputs: Properties; failures: CheckFailure[] }>;
  diff(id: string, olds: Properties, news: Properties): Promise<DiffResult>;
  create(inputs: Properties): Promise<{ id: string; outs: Properties }>;
  /** An empty answer says that the resource is deleted. */
  read(id: string, outputs: Properties): Promise<{ id?: string; props?: Properties; inputs?: Properties }>;
  update(id: string, olds: Properties, news: Properties): Promise<{ outs: Properties }>;
  delete(id: string, outputs: Properties): Promise<void>;
}
