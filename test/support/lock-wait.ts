import type { LockWait } from "../../provider/src/recovery/lock";

/** Waits for a lock as long as it takes. */
export const asLongAsItTakes: LockWait = { onWaiting: () => {}, timeoutMs: Number.POSITIVE_INFINITY };
