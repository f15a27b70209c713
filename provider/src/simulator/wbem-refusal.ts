import { AccessDeniedError, CimError, NotFoundError } from "../errors";

/** What WMI answers when it refuses a request before any provider sees it. Source: WbemCli.h, "WMI Error Constants". */
export const WbemStatus = {
  WBEM_E_NOT_FOUND: 0x80041002,
  WBEM_E_ACCESS_DENIED: 0x80041003,
  WBEM_E_INVALID_PARAMETER: 0x80041008,
  WBEM_E_INVALID_NAMESPACE: 0x8004100e,
  WBEM_E_INVALID_CLASS: 0x80041010,
  WBEM_E_INVALID_QUERY: 0x80041017,
  WBEM_E_PROVIDER_NOT_CAPABLE: 0x80041024,
  WBEM_E_INVALID_METHOD: 0x8004102e,
  WBEM_E_INVALID_METHOD_PARAMETERS: 0x8004102f,
  WBEM_E_INVALID_OBJECT_PATH: 0x8004103a,
} as const;

/** The name of one of WMI's refusals. */
export type WbemStatusName = keyof typeof WbemStatus;

/** What a refusal says beside its number. */
interface RefusalDetail {
  readonly attempted: string;
  readonly target: string;
  /** Why, in words of ours: hosts say less. */
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
  const hresult = WbemStatus[status];
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
