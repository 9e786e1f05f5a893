"""Wrong prediction URLs in more than ten ways: one code, one message, a sub-code each, and an explanation that helps."""

import json
import secrets
import uuid

import pytest

from harness.callers import App, AppCodeHolder, call
from harness.raw import exchange
from harness.server import ROOT

ECHO = ROOT / "tests/models/echo"

MESSAGE = "The API does not exist or has not been published in the environment"

WRONG = {
    "nothing there": ("POST", "/", {}, "route.not_an_api_address"),
    "infers alone": ("POST", "/v1/infers", {}, "route.not_an_api_address"),
    "another API's address": ("POST", "/v2/infers/{id}", {}, "route.not_an_api_address"),
    "not an id": ("POST", "/v1/infers/my-service", {}, "route.malformed_service_id"),
    "an id cut short": ("POST", "/v1/infers/{cut}", {}, "route.malformed_service_id"),
    "an unknown id": ("POST", "/v1/infers/00000000-0000-4000-8000-000000000000", {}, "route.no_such_service"),
    "an undeclared path": ("POST", "/v1/infers/{id}/predict", {}, "route.undeclared_path"),
    "below a declared path": ("POST", "/v1/infers/{id}/only/post/more", {}, "route.undeclared_path"),
    "another case": ("POST", "/v1/infers/{id}/Only/Post", {}, "route.undeclared_path"),
    "one slash too many": ("POST", "/v1/infers/{id}/only/post/", {}, "route.undeclared_path"),
    "a doubled slash": ("POST", "/v1/infers/{id}//only/post", {}, "route.undeclared_path"),
    "GET instead of POST": ("GET", "/v1/infers/{id}/only/post", {}, "route.wrong_method"),
    "POST instead of GET": ("POST", "/v1/infers/{id}/only/get", {}, "route.wrong_method"),
    "an unknown environment": ("POST", "/v1/infers/{id}", {"X-Stage": "BETA"}, "route.not_in_stage"),
    "the environment in lower case": ("POST", "/v1/infers/{id}", {"X-Stage": "release"}, "route.not_in_stage"),
    "two environments": ("POST", "/v1/infers/{id}", [("X-Stage", "RELEASE"), ("X-Stage", "foo")], "route.not_in_stage"),
    "a dot segment": ("POST", "/v1/infers/{id}/../{id}", {}, "route.dot_segment"),
    "an encoded dot segment": ("POST", "/v1/infers/{id}/%2e%2E/x", {}, "route.dot_segment"),
    "a broken encoding": ("POST", "/v1/infers/{id}/%zz", {}, "route.bad_encoding"),
    "an encoded NUL": ("POST", "/v1/infers/{id}/%00", {}, "route.bad_encoding"),
    "not UTF-8": ("POST", "/v1/infers/{id}/%ff%fe", {}, "route.bad_encoding"),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
@pytest.mark.parametrize("with_token", [True, False], ids=["with a token", "without"])
def test_a_wrong_url(server, echo, admin, case, with_token):
    """Where nothing can be called, nobody is asked who they are: the answer is the same with and without credentials."""
    method, path, headers, reason = case
    path = path.format(id=echo.id, cut=echo.id[:-2])
    credentials = [("X-Auth-Token", admin.token)] if with_token else []
    pairs = list(headers.items()) if isinstance(headers, dict) else headers
    answer = exchange(server.gateway, method, path, pairs + credentials, b"{}" if method == "POST" else b"")
    assert (answer.status, answer.headers["x-adyton-reason"]) == (404, reason)
    content = json.loads(answer.body)
    assert (content["error_code"], content["error_msg"]) == ("APIG.0101", MESSAGE)
    assert set(content) == {"error_code", "error_msg", "request_id"}


@pytest.mark.parametrize(
    "method, path, expected",
    [
        ("POST", "/only/pots", ["/only/post"]),
        ("GET", "/only/post", ["POST", "/only/post"]),
        ("POST", "/predictions", ["declare"]),
        ("POST", "/post", ["Did you mean", "/only/post"]),
        ("OPTIONS", "/only/post", ["CORS preflight", "Access-Control-Allow-Origin"]),
    ],
    ids=["a slip of the finger", "the wrong method", "nothing near", "the start of the path left out", "a browser's preflight"],
)
def test_the_explanation_names_the_nearest_route(server, echo, admin, method, path, expected):
    answer = exchange(server.gateway, method, echo.path + path, {"X-Auth-Token": admin.token})
    explained = server.run("explain", answer.headers["x-request-id"]).stdout
    for fact in expected:
        assert fact in explained, explained


@pytest.mark.parametrize(
    "path, stages, expected",
    [
        ("", ["RELEASE", "foo"], ["RELEASE, foo → RELEASE", "Send the header `X-Stage` once"]),
        ("/only/pots", ["foo"], ["/only/post", "path and environment differ", "Leave out the header `X-Stage`"]),
        ("/with%20spaces", [], ["/with%20space"]),
    ],
    ids=["two environments", "an environment and a path", "a path with escapes"],
)
def test_the_explanation_says_what_to_send(server, echo, admin, path, stages, expected):
    headers = [("X-Auth-Token", admin.token), *(("X-Stage", stage) for stage in stages)]
    answer = exchange(server.gateway, "POST", echo.path + path, headers)
    explained = " ".join(server.run("explain", answer.headers["x-request-id"]).stdout.split())
    for fact in expected:
        assert fact in explained, explained


def test_the_nearest_route_is_not_in_the_answer(server, echo, admin):
    answer = exchange(server.gateway, "POST", echo.path + "/only/pots", {"X-Auth-Token": admin.token}, b"{}")
    assert b"/only/post" not in answer.body
    assert not any("/only/post" in value for value in answer.headers.values())


def test_a_deleted_service_is_said_to_be_deleted(server, admin):
    """To its administrators, to whoever called it with a token of its project, and to nobody of another."""
    name = "short-lived-" + secrets.token_hex(3)
    gone = server.deploy(name, ECHO)
    app = App.create(server, "of-" + name)
    assert server.run("service", "delete", name).returncode == 0
    by_token = exchange(server.gateway, "POST", gone.path, {"X-Auth-Token": admin.token}, b"{}")
    by_app = call(server, AppCodeHolder(app.code), gone.path)
    for answer in (by_token, by_app):
        assert (answer.status, answer.headers["x-adyton-reason"]) == (404, "route.no_such_service")
        assert b"delete" not in answer.body
        fix = server.json("explain", answer.headers["x-request-id"])["explanation"]["fix"][0]
        assert fix.startswith(f"Service {name} ({gone.id}) was deleted at 20"), fix
    in_chinese = server.run("--lang", "zh", "explain", by_token.headers["x-request-id"]).stdout
    assert "删除" in in_chinese, in_chinese
    own = f"{server.gateway}/adyton/v1/requests/{by_app.headers['x-request-id']}"
    told = server.http.get(own, headers=AppCodeHolder(app.code).headers("GET", own, {}, b"")).json()["explanation"]
    assert "was deleted" in told["fix"][0], told["fix"]
    never = exchange(server.gateway, "POST", f"/v1/infers/{uuid.uuid4()}", {"X-Auth-Token": admin.token}, b"{}")
    never_there = server.json("explain", never.headers["x-request-id"])["explanation"]["fix"]
    assert not any("was deleted at" in fix for fix in never_there)
    other = server.in_project("elsewhere-" + secrets.token_hex(4))
    theirs = App.create(other, "elsewhere")
    from_there = call(server, AppCodeHolder(theirs.code), gone.path)
    own = f"{server.gateway}/adyton/v1/requests/{from_there.headers['x-request-id']}"
    told = server.http.get(own, headers=AppCodeHolder(theirs.code).headers("GET", own, {}, b"")).json()["explanation"]
    assert name not in json.dumps(told)


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("Host", "one.example"), ("Host", "two.example")],
    ],
    ids=["no Host", "two"],
)
def test_a_host_that_is_missing_or_doubled(server, echo, admin, headers):
    pairs = headers + [("X-Auth-Token", admin.token)]
    answer = exchange(server.gateway, "POST", echo.path, pairs, b"{}", host=False)
    assert answer.status == 400
    # The HTTP parser refuses some of these itself, before there is a request to explain.
    assert answer.headers.get("x-adyton-reason", "request.host") == "request.host"
