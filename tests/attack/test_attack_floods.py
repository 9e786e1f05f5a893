"""Floods of HTTP/2 frames at the control listener: others are answered meanwhile, and memory stays where it was."""

import socket
import struct
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, PRIORITY, RESET, SETTINGS, PING, WINDOW, CONTINUATION = 0, 1, 2, 3, 4, 6, 8, 9
END_STREAM, END_HEADERS = 1, 4
# GET / with a scheme and an authority, from the static table; POST likewise.
GET = bytes([0x82, 0x86, 0x84, 0x41, 1]) + b"a"
POST = bytes([0x83, 0x86, 0x84, 0x41, 1]) + b"a"
# How much memory a flood may take for good, in MiB.
ROOM = 96


def frame(kind: int, flags: int, stream: int, content: bytes = b"") -> bytes:
    return struct.pack(">I", len(content))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + content


def pings() -> bytes:
    return frame(PING, 0, 0, b"12345678") * 1000


def settings() -> bytes:
    return frame(SETTINGS, 0, 0, struct.pack(">HI", 3, 100)) * 1000


def priorities() -> bytes:
    return frame(PRIORITY, 0, 1, struct.pack(">IB", 0, 1)) * 1000


def windows() -> bytes:
    return frame(WINDOW, 0, 0, struct.pack(">I", 1)) * 1000


class Resets:
    """Requests that are taken back at once."""

    def __init__(self):
        self.stream = 1

    def __call__(self) -> bytes:
        sent = b""
        for _ in range(500):
            sent += frame(HEADERS, END_HEADERS | END_STREAM, self.stream, GET) + frame(RESET, 0, self.stream, struct.pack(">I", 8))
            self.stream += 2
        return sent


class Continuations:
    """One head that never ends."""

    def __init__(self):
        self.begun = False

    def __call__(self) -> bytes:
        sent = b"" if self.begun else frame(HEADERS, 0, 1, GET)
        self.begun = True
        return sent + frame(CONTINUATION, 0, 1, b"\x40\x01a\x01b" * 1000) * 10


class Empty:
    """A body of nothing, for ever."""

    def __init__(self):
        self.begun = False

    def __call__(self) -> bytes:
        sent = b"" if self.begun else frame(HEADERS, END_HEADERS, 1, POST)
        self.begun = True
        return sent + frame(DATA, 0, 1) * 1000


FLOODS = {
    "ping": lambda: pings,
    "settings": lambda: settings,
    "priority": lambda: priorities,
    "window": lambda: windows,
    "reset": Resets,
    "continuation": Continuations,
    "empty data": Empty,
}


def resident(pid: int) -> int:
    """Memory of a process, in MiB."""
    line = next(line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1]) // 1024


def flood(url: str, make, end: float) -> None:
    address = urlsplit(url)
    while time.monotonic() < end:
        try:
            with socket.create_connection((address.hostname, address.port), 5) as connection:
                connection.settimeout(0.2)
                connection.sendall(PREFACE + frame(SETTINGS, 0, 0))
                piece = make()
                while time.monotonic() < end:
                    connection.sendall(piece())
        except OSError:
            # It was ended, or takes nothing more: the next one.
            continue


@pytest.mark.parametrize("name", FLOODS)
def test_frames(attacked, name, times):
    before = resident(attacked.process.pid)
    end = time.monotonic() + 2 * times
    floods = [threading.Thread(target=flood, args=(attacked.control, FLOODS[name], end)) for _ in range(4)]
    for one in floods:
        one.start()
    slowest = 0.0
    while time.monotonic() < end:
        begin = time.monotonic()
        assert attacked.http.get(f"{attacked.control}/healthz/live", timeout=10).status_code == 200
        slowest = max(slowest, time.monotonic() - begin)
        # The floods shall have the machine, not this loop.
        time.sleep(0.05)
    for one in floods:
        one.join()
    assert slowest < 5, f"{slowest:.1f} s for one answer"
    assert resident(attacked.process.pid) < before + ROOM
    attacked.manage("GET", "/v1/{project}/services")
