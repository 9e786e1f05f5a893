"""Random changes of requests, of signatures and of tokens: nothing breaks, nothing leaks, and what is let in is what was signed."""

import json
import socket
from urllib.parse import urlsplit

import requests

from harness.raw import Connection, fresh_source
from harness.signing import Request, Signer, now
from talk import statuses, talk

# What a mutation puts in: bytes that mean something to somebody who parses.
TELLING = [
    b"\r\n",
    b"\n",
    b"\0",
    b" ",
    b"\t",
    b":",
    b";",
    b",",
    b"=",
    b"%",
    b"%2f",
    b"%00",
    b"..",
    b"//",
    b"?",
    b"#",
    b"\xff",
    b"\x80",
    b"chunked",
    b"0",
    b"-1",
    b"_",
    b'"',
    b"Host: b\r\n",
    b"Content-Length: 0\r\n",
    b"Transfer-Encoding: chunked\r\n",
]


def mutated(content: bytes, chance) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(changed) + 1)
        match chance.randrange(5):
            case 0 if at < len(changed):
                changed[at] = chance.randrange(256)
            case 1:
                del changed[at : at + chance.randrange(1, 12)]
            case 2:
                changed[at:at] = changed[at : at + chance.randrange(1, 30)]
            case 3:
                changed[at:at] = chance.choice(TELLING)
            case _:
                changed[at : at + chance.randrange(4)] = chance.choice(TELLING)
    return bytes(changed)


def secrets(server) -> list[bytes]:
    first = server.bootstrap
    return [first["secret_key"].encode(), first["password"].encode(), server.token().encode()]


def test_random_requests(attacked, recorder, chance, times):
    host = urlsplit(attacked.gateway).netloc
    head = f"POST {recorder.path}?a=1 HTTP/1.1\r\nHost: {host}\r\nX-Auth-Token: {attacked.token()}\r\nContent-Type: application/json\r\n"
    seeds = [
        head + "Content-Length: 7\r\n\r\n" + '{"a":1}',
        head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        head.replace("POST ", f"POST http://{host}") + "Connection: close\r\nContent-Length: 0\r\n\r\n",
    ]
    hidden = secrets(attacked)
    for number in range(300 * times):
        sent = mutated(chance.choice(seeds).encode(), chance)
        came = talk(attacked.gateway, [sent], half_close=True, quiet=0.5)
        assert all(status < 500 for status in statuses(came)), (sent, came[:400])
        # The recorder tells what reached it; no token is among that.
        assert not any(secret in came for secret in hidden), (number, sent, came[:400])


def test_random_signatures(attacked, recorder, chance, times):
    """The headers that show who calls, changed at random: refused in the gateway's words, or not signed at all."""
    first = attacked.bootstrap
    for number in range(200 * times):
        request = Request("POST", attacked.gateway + recorder.path, {"Content-Type": "application/json"}, b"{}")
        Signer(first["access_key"], first["secret_key"]).sign(request)
        name = chance.choice(["Authorization", "X-Sdk-Date", "Host"])
        whole = request.headers[name].encode()
        changed = mutated(whole, chance).replace(b"\r", b"").replace(b"\n", b"").replace(b"\0", b"").strip()
        lines = [f"POST {recorder.path} HTTP/1.1".encode()]
        lines += [key.encode() + b": " + (changed if key == name else value.encode()) for key, value in request.headers.items()]
        sent = b"\r\n".join(lines + [b"Content-Length: 2", b"Connection: close"]) + b"\r\n\r\n{}"
        address = urlsplit(attacked.gateway)
        # Failures lock a key for their source; each of these comes from another one.
        with socket.create_connection((address.hostname, address.port), 10, source_address=(fresh_source(), 0)) as connection:
            connection.sendall(sent)
            came = b""
            while piece := connection.recv(65536):
                came += piece
        told = statuses(came)[:1]
        assert told and told[0] < 500, (sent, came[:300])
        # Spelled otherwise, it may be the same signature; another one never counts.
        assert told != [200] or _same_signature(whole, changed, name), (number, whole, changed)
        assert first["secret_key"].encode() not in came


def _same_signature(whole: bytes, changed: bytes, name: str) -> bool:
    if name == "Authorization":
        # The order of the fields and the space around them mean nothing, nor does the case of hex digits and names.
        return sorted(whole.lower().replace(b",", b" ").split()) == sorted(changed.lower().replace(b",", b" ").split())
    return whole.lower().split() == changed.lower().split()


def test_a_signed_request_that_was_changed(attacked, recorder, chance, times):
    """Method, path, query, headers and body of a rightly signed request, changed: what is let in is what was signed."""
    first = attacked.bootstrap
    host = urlsplit(attacked.gateway).netloc
    for number in range(200 * times):
        method, path, body = chance.choice(["POST", "PUT"]), f"{recorder.path}?b=2&a=%20x&c", b'{"n": %d}' % number
        request = Request(method, attacked.gateway + path, {"Content-Type": "application/json", "X-Extra": "one two"}, body)
        Signer(first["access_key"], first["secret_key"]).sign(request)
        lines = [f"{method} {path} HTTP/1.1"] + [f"{name}: {value}" for name, value in request.headers.items()]
        sent = ("\r\n".join(lines) + f"\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
        changed = mutated(sent, chance)
        with Connection(attacked.gateway, fresh_source()) as connection:
            connection.send(changed)
            connection.socket.shutdown(socket.SHUT_WR)
            connection.socket.settimeout(5)
            try:
                answer = connection.read_answer()
            except (OSError, ValueError):
                continue
        assert answer.status < 500, (changed, answer)
        if answer.status != 200:
            continue
        told = json.loads(answer.body)
        line, *headers = told["head"].split("\r\n")
        assert told["body"].encode("latin-1") == body, changed
        target = line.split(" ")[1]
        assert line.split(" ")[0] == method, changed
        pairs = sorted(target.partition("?")[2].replace("+", "%20").split("&"))
        assert [pair.rstrip("=") for pair in pairs if pair] == ["a=%20x", "b=2", "c"], (changed, target)
        kept = {header.partition(":")[0].lower(): header.partition(":")[2].strip() for header in headers}
        assert kept.get("x-extra", "").split() == ["one", "two"], changed
        assert kept["x-forwarded-host"].lower() in (host, f"{host}:80"), changed


def test_tokens_that_were_changed(attacked, recorder, chance, times):
    token = attacked.token()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    url = attacked.gateway + recorder.path
    with requests.Session() as session:
        session.trust_env = False
        for at in range(len(token)):
            other = chance.choice([letter for letter in letters if letter != token[at]])
            changed = token[:at] + other + token[at + 1 :]
            answer = session.post(url, headers={"X-Auth-Token": changed}, data="{}")
            assert answer.status_code == 401, (at, other)
        for changed in (token[:-1], token + "A", token * 2, token.swapcase(), token + "=", token[::-1], f"Bearer {token}"):
            assert session.post(url, headers={"X-Auth-Token": changed}, data="{}").status_code == 401, changed
        for _ in range(100 * times):
            cut, to = sorted(chance.sample(range(len(token)), 2))
            changed = token[:cut] + "".join(chance.choice(letters) for _ in range(to - cut)) + token[to:]
            assert changed == token or session.post(url, headers={"X-Auth-Token": changed}, data="{}").status_code == 401
        # Date and signature of another request do not help either.
        assert session.post(url, headers={"X-Auth-Token": now()}, data="{}").status_code == 401
