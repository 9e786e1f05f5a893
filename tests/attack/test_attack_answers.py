"""Hostile answers of a model: after each, six other callers get their own answers and nobody else's."""

import json

import pytest

from harness.raw import Connection
from harness.server import Server, Service

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
EVIL = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"
ANSWERS = {
    "two answers": OK + EVIL,
    "more than its length": OK + b"evil",
    "less than its length": b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\nshort",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 40\r\n\r\nok" + EVIL,
    "a list of lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok" + EVIL,
    "a negative length": b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
    "length and chunks": b"HTTP/1.1 200 OK\r\nContent-Length: 40\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + EVIL,
    "chunks with a sign": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n" + EVIL,
    "chunks over 64 bits": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000002\r\nok\r\n0\r\n\r\n",
    "chunks without an end": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokX\r\n0\r\n\r\n",
    "chunks and more": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + EVIL,
    "trailers": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Adyton-Reason: forged\r\n\r\n" + EVIL,
    "an unknown coding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + EVIL,
    "a coding of HTTP/1.0": b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + EVIL,
    "interim answers": b"HTTP/1.1 100 Continue\r\n\r\n" * 50 + OK + EVIL,
    "interim answers alone": b"HTTP/1.1 103 Early Hints\r\n\r\n" * 50,
    "another protocol": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n" + EVIL,
    "no content, and some": b"HTTP/1.1 204 No Content\r\nContent-Length: 4\r\n\r\nevil",
    "not modified, and some": b"HTTP/1.1 304 Not Modified\r\nContent-Length: 4\r\n\r\nevil" + EVIL,
    "status 999": b"HTTP/1.1 999 Odd\r\nContent-Length: 2\r\n\r\nok",
    "status 000": b"HTTP/1.1 000 Odd\r\nContent-Length: 2\r\n\r\nok",
    "HTTP/2.0": b"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    "no HTTP": b"hello\r\n\r\n" + EVIL,
    "line feeds alone": b"HTTP/1.1 200 OK\nContent-Length: 2\n\nok" + EVIL,
    "folded headers": b"HTTP/1.1 200 OK\r\nX-A: a\r\n b\r\nContent-Length: 2\r\n\r\nok" + EVIL,
    "a NUL in a header": b"HTTP/1.1 200 OK\r\nX-A: a\0b\r\nContent-Length: 2\r\n\r\nok" + EVIL,
    "a carriage return in a header": b"HTTP/1.1 200 OK\r\nX-A: a\rSet-Cookie: b\r\nContent-Length: 2\r\n\r\nok" + EVIL,
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"X-A: a\r\n" * 500 + b"Content-Length: 2\r\n\r\nok",
    "a long header": b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 300_000 + b"\r\nContent-Length: 2\r\n\r\nok",
    "no end of the head": b"HTTP/1.1 200 OK\r\n" + b"X-A: a\r\n" * 100_000,
    "forged headers": b"HTTP/1.1 200 OK\r\nX-Adyton-Reason: a.b\r\nX-Adyton-Answered-By: gateway\r\nX-Request-Id: mine\r\nX-Apig-RateLimit-api-allenv: remain:0\r\nX-Apig-Latency: 0\r\nContent-Length: 2\r\n\r\nok",
    "hop by hop": b"HTTP/1.1 200 OK\r\nConnection: Content-Length, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=99\r\nProxy-Authenticate: Basic\r\nContent-Length: 2\r\n\r\nok",
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "until it closes": b"HTTP/1.0 200 OK\r\n\r\nall of it",
}
FORGED = ("x-apig-ratelimit-api-allenv", "x-apig-latency", "x-hop", "keep-alive", "proxy-authenticate", "upgrade")


def ask(connection: Connection, server: Server, service: Service, body: str, path: str = ""):
    connection.send_head("POST", service.path + path, {"X-Auth-Token": server.token(), "Content-Length": str(len(body))}, body=body.encode())
    return connection.read_answer()


@pytest.mark.parametrize("name", ANSWERS)
def test_nobody_gets_anothers_answer(attacked, recorder, name):
    said = ANSWERS[name]
    for closes in ("!", ""):
        if not closes and name in (
            "less than its length",
            "interim answers alone",
            "nothing",
            "half a head",
            "until it closes",
            "no end of the head",
            "chunks without an end",
        ):
            # It would be waited for until the time limit.
            continue
        with Connection(attacked.gateway) as connection:
            try:
                answer = ask(connection, attacked, recorder, closes + said.hex(), "/raw")
            except ConnectionError:
                answer = None
        if answer is not None:
            assert len(answer.headers["x-request-id"]) == 32, answer
            assert answer.headers.get("x-adyton-reason", "") != "a.b" and answer.headers["x-adyton-answered-by"] in ("model", "gateway")
            assert not [header for header in FORGED if header in answer.headers], answer.headers
            assert b"evil" not in answer.body or name in ("more than its length",), answer.body
        # Others, on connections that are kept.
        for number in range(6):
            with Connection(attacked.gateway) as other:
                for turn in range(2):
                    mine = f"{name} {number} {turn}"
                    told = ask(other, attacked, recorder, mine)
                    assert told.status == 200 and json.loads(told.body)["body"] == mine, told
