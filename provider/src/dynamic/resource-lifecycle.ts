import type { ConfiguredHost } from "../process/connections";
import type { GroupQueue } from "../process/queue";
import { atTheBorder } from "./error-shape";
import type { CheckFailure, ConfigureRequest, Properties } from "./protocol";
import { withRecordedConfiguration } from "./recorded-configuration";

/** Checked inputs, and what is wrong with them. */
export interface Checked {
  readonly inputs: Properties;
  readonly failures: CheckFailure[];
}

/** What the lifecycles of all kinds of resources have in common: the hosts that are configured, and the turns at each group. */
export abstract class ResourceLifecycle {
  protected readonly configured: ConfiguredHost;
  protected readonly queue: GroupQueue;

  constructor(configured: ConfiguredHost, queue: GroupQueue) {
    this.configured = configured;
    this.queue = queue;
  }

  /** Checks what is the kind's own; the connection is checked for all. */
  protected abstract checkOwn(inputs: Properties): Checked;

  /** Runs what Pulumi calls without the program, with the configuration that stands in the state. */
  protected onRecorded<T>(method: () => Promise<T>): Promise<T> {
    return atTheBorder(() => withRecordedConfiguration(method));
  }

  configure(request: ConfigureRequest): void {
    this.configured.configure(request);
  }

  check(_olds: Properties, news: Properties): Promise<Checked> {
    return atTheBorder(async () => {
      const connection = await this.configured.checkConnection(news);
      const { inputs, failures } = this.checkOwn(news);
      return { inputs, failures: [...failures, ...connection] };
    });
  }
}
