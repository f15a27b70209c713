import type { ConfigurationSources } from "../config";
import type { Answers } from "../lookups/answers/index.js";
import type { ManagedResource, Properties, ResourceCall } from "../process/resource-call";
import type { ResourceName } from "./resource-types";

/** What a request says of the call that it makes. */
export type RequestedCall = Pick<ResourceCall, "resource" | "timeouts" | "preview">;

/** What the handlers work with: one for a process, which serves one provider of the program. */
export interface ProviderContext {
  readonly environment: ConfigurationSources["environment"];
  /** Takes note of the provider's configuration. */
  configure(settings: ConfigurationSources): void;
  /** Takes note of secrets, so that no message has one. */
  noteSecrets(texts: readonly string[]): void;
  /** Hides the secrets in a message. */
  withoutSecrets(message: string): string;
  resource(name: ResourceName): ManagedResource;
  /** Makes the core's description of a call. */
  callOf(request: RequestedCall): Promise<ResourceCall>;
  /** Answers a look-up. @throws InvalidArgumentError for arguments that don't exist. */
  lookUp(name: keyof Answers, args: Properties): Promise<object>;
  /** Runs a call, so that {@link ProviderContext.cancel} knows what is under way. */
  during<T>(call: () => Promise<T>): Promise<T>;
  /** Ends every wait; when nothing is under way any more, releases what the process holds. */
  cancel(): Promise<void>;
}
