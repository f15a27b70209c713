import { AccessDeniedError, CimError, NotFoundError } from "../errors";
import { Hresult } from "../schema/hresults";

/** The name of a refusal by WMI itself, before a provider sees the request. */
export type WbemStatusName = Extract<keyof typeof Hresult, `WBEM_E_${string}`>;

/** The texts of a refusal beside its number. */
interface RefusalDetail {
  readonly attempted: string;
  readonly target: string;
  /** The reason in our words, since hosts say less. */
  readonly because: string;
  readonly remedy: string;
}

/**
 * Makes the error of a refused request.
 *
 * @returns A {@link NotFoundError} for WBEM_E_NOT_FOUND, an {@link AccessDeniedError} for WBEM_E_ACCESS_DENIED, else a
 * {@link CimError}; all bear the number.
 */
export function wbemRefusal(status: WbemStatusName, detail: RefusalDetail): CimError {
  const hresult = Hresult[status];
  const parts = {
    attempted: detail.attempted,
    target: detail.target,
    answer: `the host answered 0x${hresult.toString(16).toUpperCase()} (${status}): ${detail.because}`,
    outcome: "Nothing was changed on the host",
    remedy: detail.remedy,
  };
  if (status === "WBEM_E_NOT_FOUND") return new NotFoundError(parts, { hresult });
  if (status === "WBEM_E_ACCESS_DENIED") return new AccessDeniedError(parts, { hresult });
  return new CimError(parts, { hresult });
}
