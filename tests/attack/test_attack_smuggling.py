"""HTTP/1 that two readers could take for different requests: whatever comes, no request reaches a model but one that was meant."""

import json

import pytest

from harness.server import Server, Service
from talk import statuses, talk

SMUGGLED = "GET {path}/smuggled HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: {token}\r\n\r\n"
HEAD = "POST {path} HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: {token}\r\n"
# Each: a name, what is sent, and the most requests that may be answered by the model.
CASES = {
    "content-length and chunks": (HEAD + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED, 1),
    "chunks and content-length": (HEAD + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n" + SMUGGLED, 1),
    "two lengths": (HEAD + "Content-Length: 0\r\nContent-Length: {length}\r\n\r\n" + SMUGGLED, 0),
    "a list of lengths": (HEAD + "Content-Length: 0, {length}\r\n\r\n" + SMUGGLED, 0),
    "a length with a sign": (HEAD + "Content-Length: +{length}\r\n\r\n" + SMUGGLED, 0),
    "a negative length": (HEAD + "Content-Length: -1\r\n\r\n" + SMUGGLED, 0),
    "a hexadecimal length": (HEAD + "Content-Length: 0x10\r\n\r\n" + SMUGGLED, 0),
    "a huge length": (HEAD + "Content-Length: 99999999999999999999999\r\n\r\n" + SMUGGLED, 0),
    "a length behind a blank": (HEAD + "Content-Length : {length}\r\n\r\n" + SMUGGLED, 0),
    "a folded length": (HEAD + "Content-Length:\r\n 0\r\n\r\n" + SMUGGLED, 0),
    "a folded header": (HEAD + "X-Fold: a\r\n b\r\n\r\n" + SMUGGLED, 0),
    "a coding behind a blank": (HEAD + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SMUGGLED, 0),
    "a tab before the coding": (HEAD + "Transfer-Encoding:\tchunked\r\n\r\n0\r\n\r\n", 1),
    "an unknown coding": (HEAD + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SMUGGLED, 0),
    "gzip, then chunks": (HEAD + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n" + SMUGGLED, 0),
    "chunks, then identity": (HEAD + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + SMUGGLED, 0),
    "chunked twice": (HEAD + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED, 0),
    "a coding with an underscore": (HEAD + "Transfer_Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", 1),
    "a coding in quotes": (HEAD + 'Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n' + SMUGGLED, 0),
    "a coding of HTTP/1.0": (HEAD.replace("1.1", "1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED, 1),
    "a chunk that is no number": (HEAD + "Transfer-Encoding: chunked\r\n\r\nzz\r\n" + SMUGGLED, 0),
    "a chunk with a sign": (HEAD + "Transfer-Encoding: chunked\r\n\r\n-1\r\n" + SMUGGLED, 0),
    "a chunk over 64 bits": (HEAD + "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n" + SMUGGLED, 0),
    "a chunk without its end": (HEAD + "Transfer-Encoding: chunked\r\n\r\n1\r\naX0\r\n\r\n" + SMUGGLED, 0),
    "a chunk that ends in a line feed": (HEAD + "Transfer-Encoding: chunked\r\n\r\n1\na\n0\n\n" + SMUGGLED, 0),
    "a chunk with an extension": (HEAD + 'Transfer-Encoding: chunked\r\n\r\n1;a="b"\r\na\r\n0\r\n\r\n', 1),
    "a line feed in an extension": (HEAD + "Transfer-Encoding: chunked\r\n\r\n1;a\nb\r\na\r\n0\r\n\r\n" + SMUGGLED, 0),
    "trailers": (HEAD + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX-Auth-Token: x\r\nContent-Length: 9\r\n\r\n", 1),
    "trailers without an end": (HEAD + "Transfer-Encoding: chunked\r\n\r\n0\r\n" + SMUGGLED, 1),
    "line feeds alone": (HEAD.replace("\r\n", "\n") + "Content-Length: 2\n\n{{}}", 1),
    "carriage returns alone": (HEAD.replace("\r\n", "\r") + "\r\r" + SMUGGLED, 0),
    "a bare carriage return": (HEAD + "X-A: a\rTransfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{{}}", 0),
    "a NUL in a value": (HEAD + "X-A: a\0b\r\nContent-Length: 0\r\n\r\n" + SMUGGLED, 0),
    "a NUL in a name": (HEAD + "X\0A: a\r\nContent-Length: 0\r\n\r\n" + SMUGGLED, 0),
    "a NUL in the path": ("GET {path}/\0 HTTP/1.1\r\nHost: {host}\r\n\r\n" + SMUGGLED, 0),
    "a blank in front of a header": (HEAD + " X-A: a\r\nContent-Length: 0\r\n\r\n" + SMUGGLED, 0),
    "an empty name": (HEAD + ": a\r\nContent-Length: 0\r\n\r\n" + SMUGGLED, 0),
    "a line without a colon": (HEAD + "nonsense\r\nContent-Length: 0\r\n\r\n" + SMUGGLED, 0),
    "no host": ("POST {path} HTTP/1.1\r\nX-Auth-Token: {token}\r\nContent-Length: 2\r\n\r\n{{}}", 0),
    "two hosts": (HEAD + "Host: other\r\nContent-Length: 2\r\n\r\n{{}}", 0),
    "the same host twice": (HEAD + "Host: {host}\r\nContent-Length: 2\r\n\r\n{{}}", 0),
    "a host with a path": (HEAD.replace("{host}", "{host}/x") + "Content-Length: 2\r\n\r\n{{}}", 0),
    "a host with a user": (HEAD.replace("Host: ", "Host: a@") + "Content-Length: 2\r\n\r\n{{}}", 0),
    "an empty host": (HEAD.replace("{host}", "") + "Content-Length: 2\r\n\r\n{{}}", 0),
    "another host in absolute form": (HEAD.replace("POST ", "POST http://other.test") + "Content-Length: 2\r\n\r\n{{}}", 0),
    "the host in absolute form": (HEAD.replace("POST ", "POST http://{host}") + "Content-Length: 2\r\n\r\n{{}}", 1),
    "CONNECT": ("CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n\r\n" + SMUGGLED, 1),
    "OPTIONS of all": ("OPTIONS * HTTP/1.1\r\nHost: {host}\r\n\r\n", 0),
    "HTTP/0.9": ("GET {path}\r\n", 0),
    "HTTP/1.0 that keeps": (HEAD.replace("1.1", "1.0") + "Connection: keep-alive\r\nContent-Length: 2\r\n\r\n{{}}", 1),
    "HTTP/2.0 in words": (HEAD.replace("1.1", "2.0") + "Content-Length: 2\r\n\r\n{{}}", 0),
    "HTTP/1.2": (HEAD.replace("1.1", "1.2") + "Content-Length: 2\r\n\r\n{{}}", 0),
    "HTTP/2's preface": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SMUGGLED, 0),
    "blanks in the request line": ("POST  {path}  HTTP/1.1\r\nHost: {host}\r\n\r\n" + SMUGGLED, 0),
    "an upgrade": (HEAD + "Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n\r\n{{}}", 1),
    "two expectations": (HEAD + "Expect: 100-continue\r\nExpect: x\r\nContent-Length: 2\r\n\r\n{{}}", 1),
    "dot segments": ("GET {path}/%2e%2e/smuggled HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: {token}\r\n\r\n", 0),
    "an encoded line end": ("GET {path}/%0d%0aX-A:%20b HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: {token}\r\n\r\n", 0),
    "a long head": (HEAD + "X-A: " + "a" * 40_000 + "\r\nContent-Length: 0\r\n\r\n", 0),
    "a coding with a vertical tab": (HEAD + "Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n" + SMUGGLED, 0),
    "a coding with a parameter": (HEAD + "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n" + SMUGGLED, 0),
    "an empty coding": (HEAD + "Transfer-Encoding: \r\nContent-Length: {length}\r\n\r\n" + SMUGGLED, 0),
    "a coding with a byte over 127": (HEAD + "Transfer-Encoding: chunked\xa0\r\n\r\n0\r\n\r\n" + SMUGGLED, 0),
    "a length with a NUL": (HEAD + "Content-Length: {length}\0\r\n\r\n" + SMUGGLED, 0),
    "a length that the connection owns": (HEAD + "Connection: content-length\r\nContent-Length: {length}\r\n\r\n" + SMUGGLED, 1),
    "a coding that the connection owns": (
        HEAD + "Connection: transfer-encoding\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\n" + SMUGGLED + "\r\n0\r\n\r\n",
        1,
    ),
    "a host that the connection owns": (HEAD + "Connection: host, x-forwarded-for\r\nContent-Length: 2\r\n\r\n{{}}", 1),
    "a body of GET": (HEAD.replace("POST", "GET") + "Content-Length: {length}\r\n\r\n" + SMUGGLED, 1),
    "a body of HEAD": (HEAD.replace("POST", "HEAD") + "Content-Length: {length}\r\n\r\n" + SMUGGLED, 1),
    "a body of OPTIONS": (HEAD.replace("POST", "OPTIONS") + "Transfer-Encoding: chunked\r\n\r\n{size}\r\n" + SMUGGLED + "\r\n0\r\n\r\n", 1),
    "a body behind an expectation": (HEAD + "Expect: 100-continue\r\nContent-Length: {length}\r\n\r\n" + SMUGGLED, 1),
    "a blank in front of a chunk": (HEAD + "Transfer-Encoding: chunked\r\n\r\n 1\r\na\r\n0\r\n\r\n" + SMUGGLED, 0),
    "an underscore in a chunk's size": (HEAD + "Transfer-Encoding: chunked\r\n\r\n1_0\r\na\r\n0\r\n\r\n" + SMUGGLED, 0),
    "a line end in quotes of an extension": (HEAD + 'Transfer-Encoding: chunked\r\n\r\n1;a="\r\na"\r\n0\r\n\r\n' + SMUGGLED, 0),
    "two carriage returns behind a chunk": (HEAD + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\r\n0\r\n\r\n" + SMUGGLED, 0),
    "a last chunk of many zeros": (HEAD + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0000000000000000000000\r\n\r\n", 1),
    "a tab in the request line": ("POST\t{path}\tHTTP/1.1\r\nHost: {host}\r\n\r\n" + SMUGGLED, 0),
    "a version of two digits": (HEAD.replace("1.1", "1.10") + "Content-Length: 2\r\n\r\n{{}}", 0),
    "an upgrade to websockets": (
        HEAD.replace("POST", "GET")
        + "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 777\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        + SMUGGLED,
        1,
    ),
    "a fragment": ("GET {path}#/../smuggled HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: {token}\r\n\r\n", 1),
    "a backslash": ("GET {path}\\smuggled HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: {token}\r\n\r\n", 0),
    "a parameter of the path": ("GET {path};/smuggled HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: {token}\r\n\r\n", 0),
    "a refused body that holds a request": ("POST {path}/nowhere HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n" + SMUGGLED, 0),
    "a refused body of chunks that holds a request": (
        "POST {path}/nowhere HTTP/1.1\r\nHost: {host}\r\nTransfer-Encoding: chunked\r\n\r\n{size}\r\n" + SMUGGLED + "\r\n0\r\n\r\n",
        0,
    ),
    "a refused body over the limit": ("POST {path} HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: {token}\r\nContent-Length: 99999999\r\n\r\n" + SMUGGLED, 0),
}
# What is no attack, and may reach the model twice.
MEANT_TWICE = {
    "CONNECT",
    "an upgrade to websockets",
    "content-length and chunks",
    "chunks and content-length",
    "a coding of HTTP/1.0",
    "trailers without an end",
}


def filled(case: str, server: Server, service: Service) -> bytes:
    values = {"path": service.path, "host": server.gateway.removeprefix("http://"), "token": server.token()}
    length = len(SMUGGLED.format(**values))
    return case.format(**values, length=length, size=f"{length:x}").encode("latin-1")


def seen(server: Server, service: Service) -> list[str]:
    answer = server.http.get(f"{server.gateway}{service.path}/seen", headers={"X-Auth-Token": server.token()})
    # The server asks whether the model is there, now and then.
    return [head for head in answer.json()["seen"] if "User-Agent: adyton" not in head]


@pytest.mark.parametrize("name", CASES)
def test_nothing_is_smuggled(attacked, recorder, name):
    case, most = CASES[name]
    sent = filled(case, attacked, recorder)
    before = len(seen(attacked, recorder))
    came = talk(attacked.gateway, [sent], quiet=0.4)
    answered = statuses(came)
    assert all(status < 500 for status in answered), came[:400]
    new = seen(attacked, recorder)[before:]
    smuggled = [head for head in new if "/smuggled" in head.splitlines()[0]]
    if name not in MEANT_TWICE:
        assert not smuggled, smuggled
    assert len(new) - len(smuggled) <= most, new
    for head in new:
        lines = [line.partition(":")[0].lower() for line in head.split("\r\n")[1:]]
        assert lines.count("host") == 1 and lines.count("content-length") <= 1, head
        assert "transfer-encoding" not in lines and not any("_" in line for line in lines), head
        assert attacked.token() not in head
    # The next caller is answered as if nothing had been.
    clean = attacked.http.post(attacked.gateway + recorder.path, headers={"X-Auth-Token": attacked.token()}, data="mine")
    assert clean.status_code == 200 and clean.json()["body"] == "mine"


def test_byte_by_byte_it_is_the_same_request(attacked, recorder):
    request = filled(HEAD + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n", attacked, recorder)
    for step in (1, 7):
        came = talk(attacked.gateway, [request[at : at + step] for at in range(0, len(request), step)])
        assert statuses(came) == [200]
        assert json.loads(came.partition(b"\r\n\r\n")[2])["body"] == "abcde"


def test_pipelined_requests_are_answered_in_order(attacked, recorder):
    bodies = [f"body-{number}" for number in range(20)]
    sent = b"".join(filled(HEAD + f"Content-Length: {len(body)}\r\n\r\n{body}", attacked, recorder) for body in bodies)
    came = talk(attacked.gateway, [sent])
    places = [came.find(f'"body": "{body}"'.encode()) for body in bodies]
    assert statuses(came) == [200] * len(bodies)
    assert -1 not in places and places == sorted(places)
