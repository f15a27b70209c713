"""Seals and opens bodies through gss-ntlmssp in front of a host that is served in plain text: the other half of a sealed connection, by others."""
import base64
import re
import struct
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import gssapi

inner, authorization = sys.argv[1], sys.argv[2]
ntlm = gssapi.OID.from_int_seq("1.3.6.1.4.1.311.2.2.10")
mark = b"Content-Type: application/octet-stream\r\n"
kind = "application/HTTP-SPNEGO-session-encrypted"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def setup(self):
        super().setup()
        self.context, self.done = None, False
        self.credentials = gssapi.raw.acquire_cred(None, mechs=[ntlm], usage="accept").creds

    def log_message(self, *_):
        pass

    def reply(self, code, body=b"", headers={}):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.done:
            return self.log_on()
        at = body.index(mark) + len(mark)
        length = int(re.search(rb"Length=(\d+)", body[:at]).group(1))
        sealed = body[at:body.rindex(b"--Encrypted Boundary--")]
        message = gssapi.raw.unwrap(self.context, sealed[4:])
        if not message.encrypted or len(message.message) != length or struct.unpack("<I", sealed[:4])[0] != 16:
            return self.reply(400)
        status, answer = self.ask(message.message)
        wrapped = gssapi.raw.wrap(self.context, answer).message
        head = "--Encrypted Boundary\r\n\tContent-Type: %s\r\n\tOriginalContent: type=application/soap+xml;charset=UTF-8;Length=%d\r\n--Encrypted Boundary\r\n\t" % (kind, len(answer))
        body = head.encode() + mark + struct.pack("<I", 16) + wrapped + b"--Encrypted Boundary--\r\n"
        self.reply(status, body, {"Content-Type": 'multipart/encrypted;protocol="%s";boundary="Encrypted Boundary"' % kind})

    def log_on(self):
        scheme, _, token = (self.headers.get("Authorization") or "").partition(" ")
        if scheme != "Negotiate":
            return self.reply(401, headers={"WWW-Authenticate": "Negotiate"})
        try:
            result = gssapi.raw.accept_sec_context(base64.b64decode(token), acceptor_creds=self.credentials, context=self.context)
        except Exception:
            return self.reply(401, headers={"WWW-Authenticate": "Negotiate"})
        self.context = result.context
        if result.more_steps:
            return self.reply(401, headers={"WWW-Authenticate": "Negotiate " + base64.b64encode(result.token).decode()})
        self.done = True
        self.reply(200)

    def ask(self, message):
        request = urllib.request.Request(inner, message, {"Authorization": authorization, "Content-Type": "application/soap+xml;charset=UTF-8"})
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as problem:
            return problem.code, problem.read()


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.serve_forever()
