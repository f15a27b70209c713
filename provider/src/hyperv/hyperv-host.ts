import type { CimSession } from "../cim/cim-session";
import type { JobMonitor } from "../jobs/job-monitor";

/** One Hyper-V host: the connection, and the one monitor that waits for its jobs. */
export interface HyperVHost {
  readonly session: CimSession;
  readonly jobs: JobMonitor;
}
