"""Odd clients at both listeners: each is answered, refused with an id, or closed; what was sent ahead is served in its order."""

import json
import re
import struct

import pytest

from harness.server import Server, Service
from talk import statuses, talk

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
ID = re.compile(rb"(?i)x-request-id: [0-9a-f]{32}")


def head(service: Service, token: str, lines: int = 0, *more: str) -> bytes:
    many = [f"X-Many-{number}: v" for number in range(lines)]
    fields = ["Host: attacked", f"X-Auth-Token: {token}", "Content-Type: application/json", *many, *more]
    return ("\r\n".join([f"POST {service.path}/seen HTTP/1.1", *fields]) + "\r\n\r\n").encode()


def call(service: Service, token: str, lines: int = 0) -> bytes:
    return head(service, token, lines, "Content-Length: 2") + b"{}"


@pytest.mark.parametrize("lines", [[3, 150, 3], [101, 101, 5], [100, 1000, 100, 101]], ids=str)
def test_heads_of_many_lines_that_were_sent_ahead(attacked: Server, recorder: Service, lines: list[int]):
    sent = b"".join(call(recorder, attacked.token(), count) for count in lines)
    assert statuses(talk(attacked.gateway, [sent], quiet=4)) == [200] * len(lines)


UNREADABLE = {
    "a name with a blank": b"GET / HTTP/1.1\r\nBad Name: x\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 300,
    "two lengths": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    "a length below zero": b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n",
    "a folded line": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\r\n b\r\n\r\n",
    "NUL": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: a\0b\r\n\r\n",
    "an unknown version": b"GET / HTTP/3.7\r\nHost: localhost\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
}


@pytest.mark.parametrize("listener", ["gateway", "control"])
@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_refused_with_an_id(attacked: Server, listener: str, name: str):
    came = talk(getattr(attacked, listener), [UNREADABLE[name]])
    assert statuses(came) == [400] and ID.search(came), came
    told = json.loads(came.partition(b"\r\n\r\n")[2])
    assert told["error_code"] and told["error_msg"] and told["request_id"], told


def test_too_many_lines_at_control(attacked: Server):
    came = talk(attacked.control, [b"GET /healthz/live HTTP/1.1\r\nHost: localhost\r\n" + b"X: v\r\n" * 300 + b"\r\n"])
    assert statuses(came) == [431] and ID.search(came), came


def test_http2_at_the_gateway_is_answered_in_words(attacked: Server):
    came = talk(attacked.gateway, [PREFACE + struct.pack(">IBI", 0, 0, 0)])
    assert statuses(came) == [400] and ID.search(came), came


CHUNKS = {
    "an extension": (b"2;a=b\r\n{}\r\n0\r\n\r\n", 200),
    "zeros before": (b"0000002\r\n{}\r\n0\r\n\r\n", 200),
    "a huge extension": (b"2;" + b"a" * 100_000 + b"\r\n{}\r\n0\r\n\r\n", 400),
    "many extensions": ((b"1;" + b"e" * 200 + b"\r\n{\r\n") * 100 + b"0\r\n\r\n", 400),
    "a prefix": (b"0x2\r\n{}\r\n0\r\n\r\n", 400),
    "a sign": (b"+2\r\n{}\r\n0\r\n\r\n", 400),
    "over 64 bits": (b"1ffffffffffffffff\r\n{}", 400),
    "no line end": (b"2\r\n{}X\r\n0\r\n\r\n", 400),
    "line feeds alone": (b"2\n{}\n0\n\n", 400),
    "many trailers": (b"2\r\n{}\r\n0\r\n" + b"".join(b"T%d: v\r\n" % number for number in range(5000)) + b"\r\n", 400),
}


@pytest.mark.parametrize("name", CHUNKS)
def test_chunks(attacked: Server, recorder: Service, name: str):
    chunks, status = CHUNKS[name]
    came = talk(attacked.gateway, [head(recorder, attacked.token(), 0, "Transfer-Encoding: chunked") + chunks])
    assert statuses(came) == [status] and ID.search(came), came[:500]


def test_credentials_in_a_trailer_are_none(attacked: Server, recorder: Service):
    start = head(recorder, "x", 0, "Transfer-Encoding: chunked").replace(b"X-Auth-Token: x\r\n", b"")
    came = talk(attacked.gateway, [start + b"2\r\n{}\r\n0\r\nX-Auth-Token: " + attacked.token().encode() + b"\r\n\r\n"])
    assert statuses(came) == [401], came[:500]
