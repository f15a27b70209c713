"""Accepts NTLM log-ons through gss-ntlmssp. Lines in: step B64, unwrap B64, wrap B64; lines out: ok B64 ..., or err."""
import base64
import sys

import gssapi

ntlm = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
credentials = gssapi.raw.acquire_cred(None, mechs=[ntlm], usage="accept").creds
binding = gssapi.raw.ChannelBindings(application_data=base64.b64decode(sys.argv[1])) if len(sys.argv) > 1 else None
context = None


def shown(data):
    return base64.b64encode(data or b"").decode() or "-"


for line in sys.stdin:
    verb, data = line.split()
    data = base64.b64decode(data)
    try:
        if verb == "step":
            result = gssapi.raw.accept_sec_context(data, acceptor_creds=credentials, context=context, channel_bindings=binding)
            context = result.context
            name = "" if result.more_steps else gssapi.raw.display_name(result.initiator_name, False).name.decode()
            print("ok", shown(result.token), name, flush=True)
        elif verb == "unwrap":
            result = gssapi.raw.unwrap(context, data)
            print("ok", shown(result.message), result.encrypted, flush=True)
        else:
            print("ok", shown(gssapi.raw.wrap(context, data).message), flush=True)
    except Exception as problem:
        print("err", str(problem).replace("\n", " ")[:200], flush=True)
