// What the numbers mean for a client, for all transports and the simulated host.
import { Hresult } from "./hresults";

/** The object doesn't exist, or the account can't see it. WinRM replaces WMI's number by its own. */
export const notFound: readonly number[] = [Hresult.WBEM_E_NOT_FOUND, Hresult.ERROR_WSMAN_RESOURCE_NOT_FOUND];

/** The account lacks the rights. */
export const accessDenied: readonly number[] = [Hresult.WBEM_E_ACCESS_DENIED, Hresult.E_ACCESSDENIED];

/** The host, or the connection, doesn't accept the account. */
export const notAuthenticated: readonly number[] = [
  Hresult.ERROR_LOGON_FAILURE,
  Hresult.SEC_E_LOGON_DENIED,
  Hresult.SEC_E_NO_AUTHENTICATING_AUTHORITY,
  Hresult.SEC_E_WRONG_PRINCIPAL,
  Hresult.WBEM_E_LOCAL_CREDENTIALS,
  Hresult.ERROR_WSMAN_SERVER_NOT_TRUSTED,
  Hresult.ERROR_WSMAN_EXPLICIT_CREDENTIALS_REQUIRED,
  Hresult.ERROR_WSMAN_KERBEROS_IPADDRESS,
  Hresult.ERROR_WSMAN_INVALID_AUTHENTICATION,
];

/** The host can't be reached, or the connection was lost. */
export const notConnected: readonly number[] = [
  Hresult.RPC_S_SERVER_UNAVAILABLE,
  Hresult.RPC_S_CALL_FAILED,
  Hresult.RPC_S_CALL_FAILED_DNE,
  Hresult.WBEM_E_TRANSPORT_FAILURE,
  Hresult.WBEM_E_SHUTTING_DOWN,
  Hresult.RPC_E_DISCONNECTED,
  Hresult.ERROR_WSMAN_DESTINATION_UNREACHABLE,
  Hresult.ERROR_WSMAN_HTTP_SERVICE_UNAVAILABLE_STATUS,
  Hresult.ERROR_WSMAN_NETWORK_TIMEDOUT,
  Hresult.ERROR_WSMAN_NAME_NOT_RESOLVED,
  Hresult.ERROR_WSMAN_SSL_CONNECTION_ABORTED,
];

/** No answer came in time. */
export const timedOut: readonly number[] = [
  Hresult.ERROR_WSMAN_OPERATION_TIMEDOUT,
  Hresult.WBEM_E_TIMED_OUT,
  Hresult.ERROR_TIMEOUT,
];

/** The host has no room for the request at present. It refused before it did anything. */
export const busy: readonly number[] = [
  Hresult.ERROR_WSMAN_QUOTA_MAX_OPERATIONS,
  Hresult.ERROR_WSMAN_QUOTA_LIMIT,
  Hresult.ERROR_WSMAN_CONCURRENCY,
];

/** The request or the answer is larger than the host allows. */
export const tooLarge: readonly number[] = [
  Hresult.ERROR_WSMAN_MAX_ENVELOPE_SIZE,
  Hresult.ERROR_WSMAN_MAX_ENVELOPE_SIZE_EXCEEDED,
  Hresult.ERROR_WSMAN_SERVER_ENVELOPE_LIMIT,
];
