"""HTTP/1.1 by hand, byte for byte, for what no client library would send."""

import itertools
import socket
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from .provoked import note

TIMEOUT = 30
SOURCES = itertools.count(256)


def fresh_source() -> str:
    """A loopback address that no test has called from yet: failures of a key lock it for their source only."""
    number = next(SOURCES)
    return f"127.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


@dataclass
class Answer:
    """One answer. `interim` holds the status codes (100) that came before it."""

    status: int
    headers: dict[str, str]
    body: bytes
    interim: list[int]


class Connection:
    """One connection to a listener."""

    def __init__(self, url: str, source: str = "127.0.0.1"):
        address = urlsplit(url)
        self.host = address.netloc
        self.socket = socket.create_connection((address.hostname, address.port), TIMEOUT, source_address=(source, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_) -> None:
        self.socket.close()

    def send(self, content: bytes) -> None:
        self.socket.sendall(content)

    def send_head(self, method: str, path: str, headers: dict[str, str] | list[tuple[str, str]] = (), host: bool = True, body: bytes = b"") -> None:
        """The head, and what goes out with it at once: whether a body came along decides whether a refusal closes the connection."""
        pairs = list(headers.items()) if isinstance(headers, dict) else list(headers)
        if host:
            pairs.insert(0, ("Host", self.host))
        lines = "".join(f"{name}: {value}\r\n" for name, value in pairs)
        self.send(f"{method} {path} HTTP/1.1\r\n{lines}\r\n".encode() + body)

    def send_chunk(self, content: bytes) -> None:
        self.send(b"%x\r\n%s\r\n" % (len(content), content))

    def readable(self, seconds: float) -> bool:
        """Whether something (or the end) arrives within this time."""
        if self.buffer:
            return True
        self.socket.settimeout(seconds)
        try:
            piece = self.socket.recv(65536)
        except TimeoutError:
            return False
        finally:
            self.socket.settimeout(TIMEOUT)
        self.buffer += piece
        return True

    def read_answer(self, head_only: bool = False) -> Answer:
        interim = []
        while True:
            status, headers = self.read_head()
            if status != 100:
                break
            interim.append(status)
        note(headers)
        return Answer(status, headers, b"" if head_only else self.read_body(headers), interim)

    def read_head(self) -> tuple[int, dict[str, str]]:
        while b"\r\n\r\n" not in self.buffer:
            self.fill()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in lines)
        return int(first.split(" ")[1]), {name.lower(): value.strip() for name, _, value in pairs}

    def read_body(self, headers: dict[str, str]) -> bytes:
        if "chunked" in headers.get("transfer-encoding", ""):
            return self.read_chunks()
        return self.take(int(headers.get("content-length", "0")))

    def read_chunks(self) -> bytes:
        body = b""
        while True:
            while b"\r\n" not in self.buffer:
                self.fill()
            size, _, self.buffer = self.buffer.partition(b"\r\n")
            piece = self.take(int(size.partition(b";")[0], 16) + 2)[:-2]
            if not piece:
                return body
            body += piece

    def take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self.fill()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def fill(self) -> None:
        piece = self.socket.recv(1 << 16)
        if not piece:
            raise ConnectionError(f"the connection was closed; before that came {self.buffer[:500]!r}")
        self.buffer += piece


def exchange(url: str, method: str, path: str, headers=(), body: bytes = b"", host: bool = True, source: str = "127.0.0.1") -> Answer:
    """One request on a connection of its own."""
    pairs = list(headers.items()) if isinstance(headers, dict) else list(headers)
    if body and not any(name.lower() in ("content-length", "transfer-encoding") for name, _ in pairs):
        pairs.append(("Content-Length", str(len(body))))
    with Connection(url, source) as connection:
        connection.send_head(method, path, pairs, host, body)
        return connection.read_answer(head_only=method == "HEAD")
