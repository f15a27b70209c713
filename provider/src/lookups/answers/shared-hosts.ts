import type { Configuration } from "../../config";
import { connect } from "../../connection";
import type { HyperVHost } from "../../hyperv/hyperv-host";
import { systemClock } from "../../jobs/clock";

/** How long a session is kept for the next look-up, in milliseconds. It delays the program's end by at most this. */
const idleMs = 100;

interface SharedHost {
  readonly opening: Promise<HyperVHost>;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

/** The sessions that a program's look-ups share. An unused one is closed, since an open one keeps the program alive. */
export class SharedHosts {
  private readonly hosts = new Map<string, SharedHost>();
  private readonly open: (configuration: Configuration) => Promise<HyperVHost>;

  constructor(open = (configuration: Configuration) => connect(configuration, systemClock)) {
    this.open = open;
  }

  /** Lets a look-up use the host of a configuration. */
  async use<T>(configuration: Configuration, ask: (host: HyperVHost) => Promise<T>): Promise<T> {
    const key = JSON.stringify(configuration);
    const shared = this.hosts.get(key) ?? { opening: this.open(configuration), users: 0, idle: undefined };
    this.hosts.set(key, shared);
    clearTimeout(shared.idle);
    shared.users += 1;
    shared.opening.catch(() => this.hosts.delete(key));
    try {
      return await ask(await shared.opening);
    } finally {
      shared.users -= 1;
      if (shared.users === 0) shared.idle = setTimeout(() => this.close(key, shared), idleMs).unref();
    }
  }

  private close(key: string, shared: SharedHost): void {
    this.hosts.delete(key);
    // a session that failed to open or to close needs nothing more
    shared.opening.then(({ session }) => session.close()).catch(() => {});
  }
}
