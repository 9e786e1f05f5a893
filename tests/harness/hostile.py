"""A server whose every text is hostile: between the command line and the real server, each text of an answer gets what would steer a
terminal.

What decides the next step (ids, states, addresses) is left alone, unless `everything` is asked for; then most verbs fail, and what
they say about that is as hostile.
"""

import json
import re
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self

import requests

# One of each kind: a title, a cleared screen, a colour, a bell, C1, DEL, marks of direction, a carriage return.
HOSTILE = "\x1b]0;pwned\x07\x1b[2J\x1b[5;35mFAKE\x9b2J\x7f\u202eevil\u2066\u200f\r"
# What must not be printed: all of C0 but line feed and tab, DEL, C1, marks of direction.
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# An id or a digest, wherever it stands.
ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
# What a verb goes on with.
STEERING = re.compile(
    r"(^|_)(result|id|ids|key|secret|url|urls|address|location|status|state|next|limit|count|total|at|time|method|url|type|version|access|step|door|answered_by)$|^(links|self|expires_at|request_id|engine|weight|apis|way|kind|code|fault|retry|outcome|part|reason|mistake|fact|facts|specification)$"
)


def hostile(value, name: str = "", everything: bool = False):
    """The same document with hostile texts."""
    match value:
        case dict():
            return {key: hostile(inner, key, everything) for key, inner in value.items()}
        case list():
            return [hostile(inner, name, everything) for inner in value]
        case str() if everything or not (STEERING.search(name) or ID.fullmatch(value)):
            return value + HOSTILE
    return value


class HostileServer:
    """Listens in front of a real listener, and passes requests on as they were signed."""

    def __init__(self, behind: str, everything: bool = False, refuses: bool = False, passes: bool = False, certificate: Path | None = None):
        """With `passes` answers are left as they are; with a folder of `ca.pem` and `key.pem` it speaks TLS."""
        outer = self
        self.behind, self.everything, self.refuses, self.passes = behind, everything, refuses, passes
        self.http = requests.Session()
        self.http.trust_env = False

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                outer.answer(self)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer

            def log_message(self, *_) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        if certificate is not None:
            tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            tls.load_cert_chain(certificate / "ca.pem", certificate / "key.pem")
            self.server.socket = tls.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)
            self.url = f"https://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers.get("Content-Length", "0")))
        if self.refuses:
            return self.reply(request, 400, {"error_code": "APIG" + HOSTILE, "error_msg": "no\nhint: rm -rf /" + HOSTILE, "request_id": HOSTILE})
        drop = ("connection", "content-length", "expect", "transfer-encoding")
        headers = {name: value for name, value in request.headers.items() if name.lower() not in drop}
        answer = self.http.request(request.command, self.behind + request.path, data=body, headers=headers, allow_redirects=False)
        kept = {name: value for name, value in answer.headers.items() if name.lower().startswith("x-")}
        try:
            document = answer.json() if self.passes else hostile(answer.json(), everything=self.everything)
        except ValueError:
            document = None
        self.reply(request, answer.status_code, document, kept)

    def reply(self, request: BaseHTTPRequestHandler, status: int, document, headers: dict | None = None) -> None:
        content = b"" if document is None else json.dumps(document, ensure_ascii=False).encode()
        request.send_response(status)
        for name, value in (headers or {}).items():
            request.send_header(name, value)
        request.send_header("Content-Type", "application/json")
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)
