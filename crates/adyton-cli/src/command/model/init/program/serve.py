"""Answers predictions over HTTP. It needs nothing but Python; what else yours needs goes into this folder."""

import json
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def predict(asked: dict) -> dict:
    """Put your model here. What it raises is answered with 400."""
    return {"greeting": f"Hello, {asked['name']}"}


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """The health check: answer 200 once the model is loaded."""
        self.answer(200, {"status": "ok"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        try:
            self.answer(200, predict(json.loads(body)))
        except (KeyError, TypeError, ValueError) as problem:
            self.answer(400, {"error": f"{type(problem).__name__}: {problem}"})

    def answer(self, status: int, content: dict) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    # Each instance has a port of its own.
    ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
