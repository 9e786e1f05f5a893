"""Strangers who hold connections, places and memory: honest calls go on. Bounded in count and time; success is what is asserted, not speed."""

import contextlib
import os
import re
import resource
import socket
import struct
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from harness.callers import KeyHolder, TokenHolder, call
from harness.raw import Connection
from harness.server import ECHO, Server, wait_for

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS, PING, GOAWAY, HEADERS = 4, 6, 7, 1


@pytest.fixture
def descriptors():
    """Enough of them for the strangers, who live in this process."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, hard), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def strangers(url: str, count: int, say: bytes = b""):
    """So many connections on which nothing is said but `say`. Those that the server closes are left as they are."""
    address = urlsplit(url)
    held: list[socket.socket] = []
    try:
        for _ in range(count):
            held.append(socket.create_connection((address.hostname, address.port), 20))
            if say:
                with contextlib.suppress(OSError):
                    held[-1].sendall(say)
        yield held
    finally:
        for one in held:
            one.close()


def manages(server: Server) -> bool:
    """Whether somebody can sign in and look at something, on connections of their own."""
    token = server.new_token()
    headers = {"X-Auth-Token": token, "Connection": "close"}
    answer = server.http.get(f"{server.control}/v1/{server.project}/services", headers=headers, timeout=30)
    return answer.status_code == 200


def is_closed(one: socket.socket) -> bool:
    one.settimeout(0.01)
    try:
        return one.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True


def test_4200_silent_connections_do_not_stop_the_control_plane(new_server, descriptors):
    server = new_server().start()
    with strangers(server.control, 4200) as held:
        for _ in range(5):
            server.http.close()
            assert manages(server)
        wait_for(lambda: is_closed(held[0]), 30, "the first to be closed")


def test_connections_that_only_begin_to_speak_do_not_stop_it_either(new_server, descriptors):
    server = new_server({"control.max_connections": 100}).start()
    for say in (b"GET / HTTP/1.1\r\nHost: a\r\n", PREFACE[:11], PREFACE, PREFACE + frame(SETTINGS)):
        with strangers(server.control, 150, say):
            server.http.close()
            assert manages(server)


def test_260_silent_connections_do_not_hold_200_places_of_the_gateway(new_server, descriptors):
    server = new_server({"gateway.max_connections": 200}).start()
    echo, owner = server.deploy("echo", ECHO), TokenHolder(server.token())
    with strangers(server.gateway, 260):
        for _ in range(20):
            assert call(server, owner, echo.path, body=b"{}").status == 200


def test_158_slow_bodies_with_a_wrong_signature_do_not_stop_anybody(new_server, descriptors):
    server = new_server().start()
    echo, first = server.deploy("echo", ECHO), server.bootstrap
    owner, signer = TokenHolder(server.token()), KeyHolder(first["access_key"], first["secret_key"])
    liar = KeyHolder(first["access_key"], "x" * 40)
    headers = liar.headers("POST", server.gateway + echo.path, {"Content-Length": str(12 << 20)}, b"")
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST {echo.path} HTTP/1.1\r\n{lines}\r\n".encode()
    with strangers(server.gateway, 158, head + b"x" * 1700) as held:
        for length in (10, 148 << 10, 12 << 20):
            for caller in (owner, signer):
                for one in held:
                    with contextlib.suppress(OSError):
                        one.sendall(b"x" * 1700)
                answer = call(server, caller, echo.path, body=b"y" * length)
                assert answer.status == 200, (length, answer.body)


def memory(server: Server) -> int:
    """What the server has in memory, in bytes."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) << 10


def test_unfinished_heads_and_bodies_of_the_unproven_share_a_small_memory(new_server, descriptors):
    server = new_server({"gateway.unproven_memory": "8MiB"}).start()
    echo, first = server.deploy("echo", ECHO), server.bootstrap
    owner, signer = TokenHolder(server.token()), KeyHolder(first["access_key"], first["secret_key"])
    before = memory(server)
    head = f"POST {echo.path} HTTP/1.1\r\nHost: a\r\n".encode() + b"".join(b"X-%d: %s\r\n" % (at, b"p" * 20000) for at in range(19))
    with strangers(server.gateway, 400, head):
        assert call(server, owner, echo.path, body=b"{}").status == 200
        # 400 times 390 KB were sent, 150 MiB in all, of which 2 MiB may be held; the rest is what the allocator keeps for a while.
        wait_for(lambda: memory(server) - before < 100 << 20, 30, "the memory of heads to be given up")
    liar = KeyHolder(first["access_key"], "x" * 40)
    headers = liar.headers("POST", server.gateway + echo.path, {"Content-Length": "61000"}, b"")
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    before = memory(server)
    with strangers(server.gateway, 1500, f"POST {echo.path} HTTP/1.1\r\n{lines}\r\n".encode() + b"x" * 60000):
        for caller in (owner, signer):
            assert call(server, caller, echo.path, body=b"y" * (148 << 10)).status == 200
        # 86 MiB were sent, of which 8 may be held; unlimited, they took some 260.
        wait_for(lambda: memory(server) - before < 130 << 20, 30, "the memory of bodies to be given up")


def test_what_is_no_http_gets_an_id_and_a_record(server, echo, admin):
    with Connection(server.gateway) as connection:
        connection.send(b"nonsense\r\n\r\n")
        answer = connection.read_answer()
    assert (answer.status, answer.headers["x-adyton-reason"]) == (400, "request.unreadable")
    record = server.record(answer.headers["x-request-id"])
    assert (record["reason"], record["method"]) == ("request.unreadable", "nonsense")
    many = {f"X-Many-{at}": "v" for at in range(300)}
    # The model itself takes no more than a hundred, but it is asked.
    assert call(server, admin, echo.path, headers=many).headers["x-adyton-answered-by"] == "model"
    answer = call(server, admin, echo.path, headers={f"X-{at}": "v" * 20 for at in range(6000)})
    assert (answer.status, answer.headers["x-adyton-reason"]) == (494, "headers.too_large")


def test_a_small_limit_of_open_files_is_told_and_honest_calls_go_on(new_server, descriptors):
    server = new_server()
    original = server.command
    # A soft and hard limit of 1024, as a shell sets it.
    server.command = lambda *more: ["bash", "-c", 'ulimit -n 1024; exec "$0" "$@"', *original(*more)]
    server.start()
    assert "the limit of open files has no room" in server.log()
    echo, owner = server.deploy("echo", ECHO), TokenHolder(server.token())
    with strangers(server.gateway, 1300):
        for _ in range(10):
            assert call(server, owner, echo.path, body=b"{}").status == 200
            server.http.close()
            assert manages(server)
    assert server.log().count("out of open files") == 0


def test_without_any_descriptor_left_a_client_is_told_and_the_log_stays_small(new_server, descriptors):
    server = new_server().start()
    echo, owner = server.deploy("echo", ECHO), TokenHolder(server.token())
    open_now = len(os.listdir(f"/proc/{server.process.pid}/fd"))
    # Lowered behind the server's back: it counts on more than there are.
    resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (open_now + 20, open_now + 20))
    before = len(server.log())
    with strangers(server.gateway, 200):
        for _ in range(10):
            wait_for(lambda: answers(server, owner, echo.path), 20, "an answer")
    assert len(server.log()) - before < 20_000
    assert server.log().count("out of open files") == 1


def answers(server: Server, owner: TokenHolder, path: str) -> bool:
    try:
        return call(server, owner, path, body=b"{}").status == 200
    except (ConnectionError, TimeoutError):
        return False


def test_programs_get_the_limit_of_open_files_that_the_server_was_started_with(new_server):
    server = new_server()
    original = server.command
    server.command = lambda *more: ["bash", "-c", 'ulimit -Sn 3000; exec "$0" "$@"', *original(*more)]
    server.start()

    def soft(process: str) -> int:
        limits = Path(f"/proc/{process}/limits").read_text()
        return int(re.search(r"Max open files\s+(\d+)", limits)[1])

    assert soft(str(server.process.pid)) > 3000
    server.deploy("echo", ECHO)
    programs = [entry for entry in os.listdir("/proc") if entry.isdigit() and is_program_of(server, entry)]
    assert programs and all(soft(program) == 3000 for program in programs)


def is_program_of(server: Server, process: str) -> bool:
    try:
        parent = process
        while parent not in ("0", "1"):
            parent = re.search(r"PPid:\s+(\d+)", Path(f"/proc/{parent}/status").read_text())[1]
            if parent == str(server.process.pid):
                return True
    except (OSError, TypeError):
        pass
    return False


# HTTP/2, by hand: what is sent here no client library would send.


def frame(kind: int, content: bytes = b"", flags: int = 0, stream: int = 0) -> bytes:
    return struct.pack(">I", len(content))[1:] + bytes([kind, flags]) + struct.pack(">I", stream) + content


def get(path: str, authority: str) -> bytes:
    """A request as HPACK without compression: method, scheme, path, authority."""
    text = b"\x82\x86\x04" + bytes([len(path)]) + path.encode() + b"\x01" + bytes([len(authority)]) + authority.encode()
    return frame(HEADERS, text, flags=0x5, stream=1)


class Http2:
    """A connection that speaks HTTP/2, and answers the server's pings."""

    def __init__(self, url: str):
        address = urlsplit(url)
        self.authority = address.netloc
        self.socket = socket.create_connection((address.hostname, address.port), 20)
        self.buffer = b""

    def frames(self):
        """The frames that come, until the server closes."""
        while True:
            while len(self.buffer) < 9 or len(self.buffer) < 9 + int.from_bytes(self.buffer[:3]):
                piece = self.socket.recv(65536)
                if not piece:
                    return
                self.buffer += piece
            length = int.from_bytes(self.buffer[:3])
            kind, flags, content = self.buffer[3], self.buffer[4], self.buffer[9 : 9 + length]
            self.buffer = self.buffer[9 + length :]
            if kind == PING and not flags & 1:
                self.socket.sendall(frame(PING, content, flags=1))
            yield kind


def test_an_idle_http2_connection_that_pings_is_closed(new_server):
    server = new_server({"control.idle_timeout": "2s", "control.head_timeout": "2s"}).start()
    client = Http2(server.control)
    client.socket.sendall(PREFACE + frame(SETTINGS) + get("/healthz/live", client.authority))
    kinds: list[int] = []
    began = time.monotonic()
    with contextlib.suppress(ConnectionError):
        for kind in client.frames():
            kinds.append(kind)
            time.sleep(0.02)
            client.socket.sendall(frame(PING, b"pingping"))
            assert time.monotonic() - began < 30, "it is open still"
    assert HEADERS in kinds, "it was answered"
    assert GOAWAY in kinds, "it was told"


def test_a_client_that_takes_no_bytes_of_an_http2_answer_is_closed(new_server):
    server = new_server({"control.write_timeout": "1s"}).start()
    client = Http2(server.control)
    no_window = frame(SETTINGS, struct.pack(">HI", 4, 0))
    client.socket.sendall(PREFACE + no_window + get("/openapi.json", client.authority))
    began = time.monotonic()
    with contextlib.suppress(ConnectionError):
        for _ in client.frames():
            assert time.monotonic() - began < 30, "it is open still"


@pytest.mark.parametrize(
    "say",
    [b"", PREFACE[:11], PREFACE, b"GET / HTTP/1.1\r\nHost: a\r\n"],
    ids=["silent", "half a preface", "preface", "head"],
)
@pytest.mark.parametrize("listener", ["gateway", "control"])
def test_a_connection_has_a_time_for_its_first_head_on_both_listeners(new_server, listener, say):
    limits = {f"{one}.{setting}": "1s" for one in ("gateway", "control") for setting in ("first_byte_timeout", "head_timeout")}
    server = new_server(limits).start()
    with strangers(getattr(server, listener), 1, say) as held:

        def is_gone() -> bool:
            held[0].settimeout(0.01)
            try:
                while held[0].recv(65536):
                    pass
                return True
            except TimeoutError:
                return False
            except ConnectionResetError:
                return True

        wait_for(is_gone, 20, "the end of the connection")
