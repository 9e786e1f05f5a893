"""A model for the tests: says what it was sent, and misbehaves when asked to.

Paths: `/slow` waits (`{"seconds": 5, "name": "x"}`) and notices when its caller leaves; `/seen` tells what `/slow` has seen, with
times of the monotonic clock, which all processes of a machine share; `/status` answers with the status asked for; `/forged`
sends headers that a model must not send; `/drop` hangs up; `/garbage` answers something that is not HTTP; `/deaf`
listens no more; `/die` ends the program; `/environment` shows the environment. Everything else echoes.
"""

import hashlib
import json
import os
import select
import signal
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SEEN: list[dict] = []


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1

    def answer(self) -> None:
        body = self.read_body()
        path = self.path.partition("?")[0]
        if path == "/health":
            self.reply({"status": "up"})
        elif path == "/slow":
            self.slow(json.loads(body))
        elif path == "/seen":
            self.reply({"seen": SEEN})
        elif path == "/status":
            self.reply({"asked": json.loads(body)}, status=json.loads(body)["status"])
        elif path == "/forged":
            forged = {"X-Adyton-Reason": "forged.reason", "X-Request-Id": "0" * 32, "X-Adyton-Answered-By": "gateway", "X-Model": "kept"}
            self.reply({}, extra=forged)
        elif path == "/drop":
            self.close_connection = True
        elif path == "/garbage":
            self.wfile.write(b"this is not HTTP at all\r\n\r\n")
            self.close_connection = True
        elif path == "/deaf":
            self.server.is_deaf = True
            self.server.shutdown()
            self.server.socket.close()
            self.close_connection = True
            self.reply({"deaf": True}, extra={"Connection": "close"})
        elif path == "/die":
            os._exit(3)
        elif path == "/environment":
            self.reply({"environment": dict(os.environ), "folder": os.getcwd(), "pid": os.getpid()})
        else:
            self.echo(body)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = answer

    def echo(self, body: bytes) -> None:
        headers = [[name.lower(), value] for name, value in self.headers.items()]
        digest = hashlib.sha256(body).hexdigest()
        self.reply({"method": self.command, "path": self.path, "headers": headers, "body_bytes": len(body), "body_sha256": digest})

    def slow(self, asked: dict) -> None:
        seen = {"name": asked.get("name"), "began": time.monotonic(), "left": None, "answered": None}
        SEEN.append(seen)
        readable, _, _ = select.select([self.connection], [], [], asked["seconds"])
        # Nothing more is sent on this connection before our answer, so that something to read means that it was closed.
        if readable and not self.connection.recv(1, socket.MSG_PEEK):
            seen["left"] = time.monotonic()
            self.close_connection = True
            return
        seen["answered"] = time.monotonic()
        self.reply({"slept": asked["seconds"]})

    def read_body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", ""):
            return self.rfile.read(int(self.headers.get("Content-Length", "0")))
        pieces = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def reply(self, content: dict, status: int = 200, extra: dict[str, str] | None = None) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        for name, value in (extra or {}).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, template: str, *values) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256
    is_deaf = False


if __name__ == "__main__":
    server = Server(("127.0.0.1", int(os.environ["PORT"])), Echo)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    server.serve_forever(poll_interval=0.01)
    server.server_close()
    if server.is_deaf:
        signal.pause()
