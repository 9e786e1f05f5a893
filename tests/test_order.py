"""Which refusal wins: every pair of things that can be wrong with a request, in the order of the pipeline.

route (host before path) → admit (URI, headers, transfer coding) → authenticate → authorise → throttle → limit → dispatch. What is earlier wins.
"""

import itertools
import json
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.callers import App
from harness.raw import exchange, fresh_source
from harness.server import Server, Service

ORDER = ["host", "path", "uri", "header", "coding", "authenticate", "authorise", "throttle", "limit", "dispatch"]
REASONS = {
    "host": "request.host",
    "path": "route.undeclared_path",
    "uri": "uri.too_large",
    "header": "header.too_large",
    "coding": "request.transfer_coding",
    "authenticate": "app.key_pair_mismatch",
    "authorise": "app.not_authorised",
    "throttle": "throttle.api",
    "limit": "body.too_large",
    "dispatch": "service.stopped",
}
# A stopped service cannot be called often enough to be throttled: what does not reach a model uses up no turn.
IMPOSSIBLE = {("throttle", "dispatch")}


@dataclass
class House:
    """A server that takes one call a second, with a running and a stopped service and two apps, one of them a stranger."""

    server: Server
    running: Service
    stopped: Service
    friend: App
    stranger: App


@dataclass
class Spoilt:
    """A request, right until something spoils it."""

    service: Service
    app: App
    path: str = ""
    query: str = ""
    authority: str = ""
    secret: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    length: int = 2
    coded: bool = False


@pytest.fixture(scope="module")
def house(tmp_path_factory):
    echo = Path(__file__).parent / "models/echo"
    server = Server(tmp_path_factory.mktemp("order"), {"throttle.default_per_second": 1}).start()
    running, stopped = server.deploy("running", echo), server.deploy("stopped", echo)
    friend, stranger = App.create(server, "friend"), App.create(server, "stranger")
    for service in (running, stopped):
        friend.authorize(server, service)
    server.manage("PUT", f"/v1/{{project}}/services/{stopped.id}", json={"status": "stopped"})
    server.wait_for_status(stopped.id, "stopped")
    yield House(server, running, stopped, friend, stranger)
    server.close()


def spoil(house: House, faults) -> Spoilt:
    request = Spoilt(house.stopped if "dispatch" in faults else house.running, house.stranger if "authorise" in faults else house.friend)
    request.secret = "wrong" if "authenticate" in faults else request.app.secret
    request.path = "/undeclared" if "path" in faults else ""
    request.query = "?" + "q" * 33_000 if "uri" in faults else ""
    request.authority = "http://elsewhere.example" if "host" in faults else ""
    request.headers = {"X-Long": "v" * 33_000} if "header" in faults else {}
    request.coded = "coding" in faults
    request.length = 12 * 1024 * 1024 + 1 if "limit" in faults else 2
    return request


def send(house: House, request: Spoilt):
    headers = {"X-HW-ID": request.app.key, "X-HW-AppKey": request.secret} | request.headers
    if request.coded:
        # In place of a length: a request with both is no request at all.
        headers["Transfer-Encoding"] = "gzip, chunked"
        body = b"2\r\n{}\r\n0\r\n\r\n"
    else:
        headers["Content-Length"] = str(request.length)
        body = b"{}" if request.length == 2 else b""
    path = request.authority + request.service.path + request.path + request.query
    return exchange(house.server.gateway, "POST", path, headers, body, source=fresh_source())


def use_up(house: House) -> None:
    """Calls the running service until it is throttled."""
    for _ in range(50):
        if send(house, spoil(house, ())).status == 429:
            return
    pytest.fail("50 calls in a row, and none was throttled at 1 a second")


@pytest.mark.parametrize("fault", ORDER)
def test_one_fault_alone(house, fault):
    if fault == "throttle":
        use_up(house)
    answer = send(house, spoil(house, {fault}))
    if fault == "limit":
        # Other tests may have used up the calls of this second.
        end = time.monotonic() + 30
        while answer.status == 429 and time.monotonic() < end:
            answer = send(house, spoil(house, {fault}))
    assert answer.headers.get("x-adyton-reason") == REASONS[fault], answer.body


@pytest.mark.parametrize("pair", [pair for pair in itertools.combinations(ORDER, 2) if pair not in IMPOSSIBLE], ids="-".join)
def test_the_earlier_one_wins(house, pair):
    if "throttle" in pair:
        use_up(house)
    answer = send(house, spoil(house, pair))
    assert answer.headers.get("x-adyton-reason") == REASONS[pair[0]], answer.body
    assert json.loads(answer.body)["request_id"] == answer.headers["x-request-id"]
