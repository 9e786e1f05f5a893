"""The four refusals that started this project, byte for byte, through curl and through requests."""

import re
import subprocess
from uuid import uuid4

import pytest
import requests

from harness.callers import App, KeyHolder, KeyPairHolder, TokenHolder

MIB = 1024 * 1024
NO_SUCH_API = "The API does not exist or has not been published in the environment"
UNKNOWN_SERVICE = "/v1/infers/00000000-0000-4000-8000-000000000000"


def through_curl(method, url, headers, body, folder):
    """Status, headers and body as curl sees them."""
    (folder / "body").write_bytes(body)
    command = ["curl", "-sS", "-X", method, url, "--data-binary", f"@{folder / 'body'}", "-D", folder / "head", "-o", folder / "answer"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    subprocess.run(command, check=True, timeout=60)
    # With `Expect: 100-continue` curl writes the interim answer's head first.
    head = (folder / "head").read_text().strip().split("\r\n\r\n")[-1]
    first, *lines = head.split("\n")
    pairs = (line.strip().partition(": ") for line in lines)
    return int(first.split(" ")[1]), {name.lower(): value for name, _, value in pairs}, (folder / "answer").read_bytes()


def through_requests(method, url, headers, body, folder):
    with requests.Session() as session:
        session.trust_env = False
        response = session.request(method, url, headers=headers, data=body)
    return response.status_code, {name.lower(): value for name, value in response.headers.items()}, response.content


def check(answer, status, code, message, reason):
    """The answer is exactly the one that is promised."""
    got, headers, body = answer
    request_id = headers["x-request-id"]
    assert re.fullmatch("[0-9a-f]{32}", request_id)
    assert body == f'{{"error_code":"{code}","error_msg":"{message}","request_id":"{request_id}"}}'.encode()
    assert (got, headers["content-type"], headers["x-adyton-reason"]) == (status, "application/json", reason)
    assert headers["x-adyton-answered-by"] == "gateway"


@pytest.fixture(params=[through_curl, through_requests])
def send(request, tmp_path):
    def send(method, url, headers, body=b"{}"):
        return request.param(method, url, {"Content-Type": "application/json"} | headers, body, tmp_path)

    return send


@pytest.mark.parametrize(
    "path, method, stage, reason",
    [
        ("", "POST", None, "route.no_such_service"),
        ("/undeclared", "POST", None, "route.undeclared_path"),
        ("", "DELETE", None, "route.wrong_method"),
        ("", "POST", "TEST", "route.not_in_stage"),
    ],
)
def test_a_wrong_prediction_url(send, server, echo, admin, path, method, stage, reason):
    base = UNKNOWN_SERVICE if reason == "route.no_such_service" else echo.path
    headers = {"X-Auth-Token": admin.token} | ({"X-Stage": stage} if stage else {})
    check(send(method, server.gateway + base + path, headers), 404, "APIG.0101", NO_SUCH_API, reason)


def test_a_body_over_12_mb_at_the_api_address(send, server, echo, admin):
    answer = send("POST", server.gateway + echo.path, {"X-Auth-Token": admin.token}, b"x" * (12 * MIB + 1))
    check(answer, 413, "APIG.0201", "Request entity too large", "body.too_large")


def test_a_body_over_8_mb_at_the_prediction_tab(send, server, echo, admin):
    url = f"{server.control}/adyton/v1/{server.project}/services/{echo.id}/predict/"
    check(send("POST", url, {"X-Auth-Token": admin.token}, b"x" * (8 * MIB + 1)), 413, "APIG.0201", "Request entity too large", "body.too_large")


DECRYPT_FAIL = "Incorrect IAM authentication information: decrypt token fail"


def flipped(token):
    middle = len(token) // 2
    return token[:middle] + ("A" if token[middle] != "A" else "B") + token[middle + 1 :]


@pytest.mark.parametrize(
    "wrong, reason",
    [
        (lambda token, other: "not-a-token", "token.malformed"),
        (lambda token, other: other, "token.unknown_key"),
        (lambda token, other: token[: len(token) * 3 // 4], "token.undecryptable"),
        (lambda token, other: flipped(token), "token.undecryptable"),
    ],
    ids=["malformed", "another server's", "truncated", "tampered"],
)
def test_a_wrong_token(send, server, echo, foreign_token, wrong, reason):
    token = wrong(server.token(), foreign_token)
    check(send("POST", server.gateway + echo.path, {"X-Auth-Token": token}), 401, "APIG.0301", DECRYPT_FAIL, reason)


@pytest.mark.parametrize(
    "wrong, reason",
    [
        (lambda app: KeyPairHolder(app.key, "not the secret"), "app.key_pair_mismatch"),
        (lambda app: KeyPairHolder("0" * 32, app.secret), "app.key_pair_unknown"),
        (lambda app: KeyHolder(app.key, "not the secret"), "app.bad_signature"),
    ],
    ids=["pair", "pair with an unknown key", "signature"],
)
def test_an_app_key_and_an_app_secret_that_do_not_match(send, server, echo, wrong, reason):
    # An app of its own: failures lock a key for their source.
    app = App.create(server, f"refused-{uuid4().hex[:12]}", echo)
    url = server.gateway + echo.path
    headers = wrong(app).headers("POST", url, {"Content-Type": "application/json"}, b"{}")
    check(send("POST", url, headers), 400, "APIG.1009", "AppKey or AppSecret is invalid", reason)


def test_the_refusals_are_explained(server, echo, admin):
    url = server.gateway + echo.path + "/undeclared"
    refused = server.http.post(url, headers={"X-Auth-Token": admin.token}, json={})
    explained = server.run("explain", refused.headers["X-Request-Id"])
    assert explained.returncode == 0, explained.stderr
    for fact in ("APIG.0101", "route.undeclared_path", "/undeclared"):
        assert fact in explained.stdout


def test_a_token_is_what_it_takes(send, server, echo, admin):
    """The other side of every refusal: the same request, right."""
    status, headers, body = send("POST", server.gateway + echo.path, {"X-Auth-Token": TokenHolder(admin.token).token})
    assert (status, headers["x-adyton-answered-by"]) == (200, "model")
    assert b'"body_bytes": 2' in body
