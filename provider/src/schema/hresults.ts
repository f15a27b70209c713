// The error numbers of WMI, DCOM and WinRM. A host's texts may be in any language; these numbers are the same everywhere.

/** `HRESULT`s by the names under which their headers document them. Sources: WbemCli.h, WinError.h, WSManError.h. */
export const Hresult = {
  WBEM_E_FAILED: 0x80041001,
  WBEM_E_NOT_FOUND: 0x80041002,
  WBEM_E_ACCESS_DENIED: 0x80041003,
  WBEM_E_PROVIDER_FAILURE: 0x80041004,
  WBEM_E_TYPE_MISMATCH: 0x80041005,
  WBEM_E_INVALID_PARAMETER: 0x80041008,
  WBEM_E_INVALID_NAMESPACE: 0x8004100e,
  WBEM_E_INVALID_CLASS: 0x80041010,
  WBEM_E_PROVIDER_LOAD_FAILURE: 0x80041013,
  WBEM_E_TRANSPORT_FAILURE: 0x80041015,
  WBEM_E_INVALID_QUERY: 0x80041017,
  WBEM_E_PROVIDER_NOT_CAPABLE: 0x80041024,
  WBEM_E_INVALID_METHOD: 0x8004102e,
  WBEM_E_INVALID_METHOD_PARAMETERS: 0x8004102f,
  WBEM_E_CALL_CANCELLED: 0x80041032,
  WBEM_E_SHUTTING_DOWN: 0x80041033,
  WBEM_E_INVALID_OBJECT_PATH: 0x8004103a,
  WBEM_E_METHOD_NOT_IMPLEMENTED: 0x80041055,
  WBEM_E_METHOD_DISABLED: 0x80041056,
  WBEM_E_LOCAL_CREDENTIALS: 0x80041064,
  WBEM_E_TIMED_OUT: 0x80041069,
  WBEM_E_QUOTA_VIOLATION: 0x8004106c,
  E_ACCESSDENIED: 0x80070005,
  ERROR_TIMEOUT: 0x800705b4,
  ERROR_INTERNET_TIMEOUT: 0x80072ee2,
  CO_E_SERVER_EXEC_FAILURE: 0x80080005,
  RPC_E_DISCONNECTED: 0x80010108,
  ERROR_LOGON_FAILURE: 0x8007052e,
  RPC_S_SERVER_UNAVAILABLE: 0x800706ba,
  RPC_S_CALL_FAILED: 0x800706be,
  RPC_S_CALL_FAILED_DNE: 0x800706bf,
  SEC_E_LOGON_DENIED: 0x8009030c,
  SEC_E_NO_AUTHENTICATING_AUTHORITY: 0x80090311,
  SEC_E_WRONG_PRINCIPAL: 0x80090322,
  ERROR_WSMAN_DESTINATION_UNREACHABLE: 0x80338012,
  ERROR_WSMAN_OPERATION_TIMEDOUT: 0x80338029,
  ERROR_WSMAN_SERVER_NOT_TRUSTED: 0x803380e4,
  ERROR_WSMAN_EXPLICIT_CREDENTIALS_REQUIRED: 0x803380e5,
  ERROR_WSMAN_INVALID_URI_WMI_SINGLETON: 0x803380fa,
  ERROR_WSMAN_KERBEROS_IPADDRESS: 0x8033810b,
  ERROR_WSMAN_INVALID_AUTHENTICATION: 0x8033810e,
  ERROR_WSMAN_HTTP_SERVICE_UNAVAILABLE_STATUS: 0x80338112,
  ERROR_WSMAN_NETWORK_TIMEDOUT: 0x80338126,
  ERROR_WSMAN_RESOURCE_NOT_FOUND: 0x80338000,
  ERROR_WSMAN_CONCURRENCY: 0x80338032,
  ERROR_WSMAN_QUOTA_LIMIT: 0x8033803f,
  ERROR_WSMAN_SCHEMA_VALIDATION_ERROR: 0x80338041,
  ERROR_WSMAN_MAX_ENVELOPE_SIZE: 0x80338047,
  ERROR_WSMAN_MAX_ENVELOPE_SIZE_EXCEEDED: 0x80338048,
  ERROR_WSMAN_SERVER_ENVELOPE_LIMIT: 0x80338049,
  ERROR_WSMAN_QUOTA_MAX_OPERATIONS: 0x803381a6,
  ERROR_WSMAN_NAME_NOT_RESOLVED: 0x803381b9,
  ERROR_WSMAN_SSL_CONNECTION_ABORTED: 0x803381ba,
} as const;

/** `MI_Result`, which PowerShell shows as `NativeErrorCode`. Source: MI.h. */
export const MiResult = {
  Failed: 1,
  AccessDenied: 2,
  InvalidNamespace: 3,
  InvalidParameter: 4,
  InvalidClass: 5,
  NotFound: 6,
  NotSupported: 7,
  NoSuchProperty: 12,
  TypeMismatch: 13,
  InvalidQuery: 15,
  MethodNotAvailable: 16,
  MethodNotFound: 17,
  InvalidOperationTimeout: 22,
  ServerLimitsExceeded: 27,
  ServerIsShuttingDown: 28,
} as const;

/**
 * Lists the numbers that prove that a call was refused before it ran: the class, the method, a parameter or the account was rejected.
 *
 * Every other number of a call that changes something leaves its outcome unknown. 0x80041001 (Generic failure) was seen after calls that
 * had worked, and 0x80041002 (Not found) comes from a host whose VMMS is stopping.
 */
export const preExecutionRefusals: readonly number[] = [
  Hresult.WBEM_E_ACCESS_DENIED,
  Hresult.WBEM_E_INVALID_PARAMETER,
  Hresult.WBEM_E_INVALID_NAMESPACE,
  Hresult.WBEM_E_INVALID_CLASS,
  Hresult.WBEM_E_INVALID_QUERY,
  Hresult.WBEM_E_INVALID_METHOD,
  Hresult.WBEM_E_INVALID_METHOD_PARAMETERS,
  Hresult.WBEM_E_INVALID_OBJECT_PATH,
  Hresult.WBEM_E_METHOD_NOT_IMPLEMENTED,
  Hresult.WBEM_E_METHOD_DISABLED,
];

/** Lists the same refusals as `MI_Result`, for a host that gives no `HRESULT`. */
export const preExecutionMiRefusals: readonly number[] = [
  MiResult.AccessDenied,
  MiResult.InvalidNamespace,
  MiResult.InvalidParameter,
  MiResult.InvalidClass,
  MiResult.InvalidQuery,
  MiResult.MethodNotAvailable,
  MiResult.MethodNotFound,
];
