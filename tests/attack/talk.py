"""Bytes to a listener, and all that comes back until it is quiet."""

import re
import socket
from urllib.parse import urlsplit

# How long an answer may take before the connection counts as quiet.
QUIET = 1.5


def talk(url: str, pieces: list[bytes], half_close: bool = False, quiet: float = QUIET) -> bytes:
    """Sends the pieces one after the other; all bytes that came back."""
    address = urlsplit(url)
    with socket.create_connection((address.hostname, address.port), 10) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        came = b""
        try:
            for piece in pieces:
                connection.sendall(piece)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            # It was closed in the middle; what was said before is still to be read.
            pass
        connection.settimeout(quiet)
        try:
            while piece := connection.recv(65536):
                came += piece
        except OSError:
            pass
    return came


def statuses(came: bytes) -> list[int]:
    """The status of each answer; a body of the recorder holds no status line of its own."""
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3})", came)]
