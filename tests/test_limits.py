"""Limits, exact at the byte: bodies at both doors, declared and chunked; `Expect: 100-continue`; URI; headers."""

import hashlib
import json

import pytest

from harness.raw import Connection, exchange

KIB, MIB = 1024, 1024 * 1024
ADDRESS, TAB = 12 * MIB, 8 * MIB
URI_MAX, HEADER_MAX, HEADERS_MAX = 32 * KIB, 32 * KIB, 128 * KIB


@pytest.fixture(params=["address", "tab"])
def door(request, server, echo, admin):
    """Listener, path, credentials and limit of one door."""
    if request.param == "address":
        return server.gateway, echo.path, {"X-Auth-Token": admin.token}, ADDRESS
    path = f"/adyton/v1/{server.project}/services/{echo.id}/predict/"
    return server.control, path, {"X-Auth-Token": admin.token}, TAB


def refused_as_too_large(answer):
    assert (answer.status, answer.headers["x-adyton-reason"]) == (413, "body.too_large")
    assert json.loads(answer.body)["error_code"] == "APIG.0201"


@pytest.mark.parametrize("over", [-1, 0, 1])
@pytest.mark.parametrize("chunked", [False, True], ids=["declared", "chunked"])
def test_a_body_at_the_limit(door, over, chunked):
    url, path, headers, limit = door
    body = b"b" * (limit + over)
    with Connection(url) as connection:
        if chunked:
            connection.send_head("POST", path, headers | {"Transfer-Encoding": "chunked"})
            try:
                for start in range(0, len(body), 65_536):
                    connection.send_chunk(body[start : start + 65_536])
                connection.send(b"0\r\n\r\n")
            except (BrokenPipeError, ConnectionResetError):
                assert over > 0, "the server hung up on a body within the limit"
        else:
            connection.send_head("POST", path, headers | {"Content-Length": str(len(body))})
            if over <= 0:
                connection.send(body)
        answer = connection.read_answer()
    if over > 0:
        refused_as_too_large(answer)
        return
    assert answer.status == 200, answer.body
    seen = json.loads(answer.body)
    assert (seen["body_bytes"], seen["body_sha256"]) == (len(body), hashlib.sha256(body).hexdigest())


def test_the_explanation_states_limit_and_sizes(server, echo, admin):
    headers = {"X-Auth-Token": admin.token, "Content-Length": str(ADDRESS + 7)}
    answer = exchange(server.gateway, "POST", echo.path, headers)
    evidence = server.record(answer.headers["x-request-id"])["evidence"]
    assert (evidence["what"], evidence["limit"], evidence["declared"]) == ("body", ADDRESS, ADDRESS + 7)
    assert evidence["setting"] == "limits.address_body"


def test_a_declared_length_is_refused_before_the_body_is_sent(door):
    url, path, headers, limit = door
    answer = exchange(url, "POST", path, headers | {"Content-Length": str(limit + 1), "Expect": "100-continue"})
    refused_as_too_large(answer)
    assert answer.interim == []


def test_the_body_is_asked_for_when_it_is_wanted(door):
    url, path, headers, _ = door
    with Connection(url) as connection:
        connection.send_head("POST", path, headers | {"Content-Length": "2", "Expect": "100-continue"})
        status, _ = connection.read_head()
        assert status == 100
        connection.send(b"{}")
        answer = connection.read_answer()
    assert (answer.status, json.loads(answer.body)["body_bytes"]) == (200, 2)


def test_the_body_is_not_asked_for_before_the_caller_is_known(server, echo):
    headers = {"X-Auth-Token": "wrong", "Content-Length": "2", "Expect": "100-continue"}
    answer = exchange(server.gateway, "POST", echo.path, headers)
    assert (answer.status, answer.interim) == (401, [])


def test_an_expectation_that_nobody_knows_is_refused(server, echo, admin):
    answer = exchange(server.gateway, "POST", echo.path, {"X-Auth-Token": admin.token, "Expect": "a-miracle"}, b"{}")
    assert (answer.status, answer.headers["x-adyton-reason"]) == (400, "request.expectation")


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_the_uri_at_its_limit(server, echo, admin, over):
    start = echo.path + "?pad="
    path = start + "p" * (URI_MAX + over - len(start))
    answer = exchange(server.gateway, "POST", path, {"X-Auth-Token": admin.token}, b"{}")
    if over > 0:
        assert (answer.status, answer.headers["x-adyton-reason"]) == (414, "uri.too_large")
        assert json.loads(answer.body)["error_msg"] == "Request URI too large"
    else:
        assert answer.status == 200, answer.body


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_one_header_at_its_limit(server, echo, admin, over):
    name = "X-Long"
    value = "v" * (HEADER_MAX + over - len(name) - 4)
    answer = exchange(server.gateway, "POST", echo.path, {"X-Auth-Token": admin.token, name: value}, b"{}")
    if over > 0:
        assert (answer.status, answer.headers["x-adyton-reason"]) == (494, "header.too_large")
        assert json.loads(answer.body)["error_msg"] == "Request headers too large"
    else:
        assert answer.status == 200, answer.body


@pytest.mark.parametrize("over", [-1, 0, 1])
def test_all_headers_at_their_limit(server, echo, admin, over):
    """The size of headers is the sum of name, value and four bytes each (colon, space, line end)."""
    host = server.gateway.removeprefix("http://")
    headers = [("Host", host), ("X-Auth-Token", admin.token), ("Content-Length", "2")]
    headers += [(f"X-Pad-{number:02}", "p" * 10_000) for number in range(12)]
    rest = HEADERS_MAX + over - sum(len(name) + len(value) + 4 for name, value in headers)
    headers.append(("X-Rest", "r" * (rest - len("X-Rest") - 4)))
    answer = exchange(server.gateway, "POST", echo.path, headers, b"{}", host=False)
    if over > 0:
        assert (answer.status, answer.headers["x-adyton-reason"]) == (494, "headers.too_large")
    else:
        assert answer.status == 200, answer.body


def test_settings_move_the_limits(new_server, tmp_path):
    from harness.server import ECHO

    server = new_server({"limits.address_body": 1000, "limits.prediction_tab_body": 500}).start()
    echo = server.deploy("echo", ECHO)
    headers = {"X-Auth-Token": server.token()}
    tab = f"/adyton/v1/{server.project}/services/{echo.id}/predict/"
    for url, path, limit in [(server.gateway, echo.path, 1000), (server.control, tab, 500)]:
        assert exchange(url, "POST", path, headers, b"x" * limit).status == 200
        refused_as_too_large(exchange(url, "POST", path, headers, b"x" * (limit + 1)))
