"""Refused callers read their own share of the explanation, with the credential that was refused, at either listener."""

import contextlib
import json
import re
import secrets

import pytest

from harness.callers import App, AppCodeHolder, KeyHolder, KeyPairHolder, TokenHolder, call
from harness.server import ECHO, wait_for


def id_of(answer) -> str:
    return answer.headers["x-request-id"]


def reason_of(answer) -> str:
    return answer.headers["x-adyton-reason"]


def asked(server, caller, url: str, request_id: str, language: str = "en"):
    """What the listener at `url` answers to the question of a caller."""
    path = f"/adyton/v1/requests/{request_id}"
    headers = dict(caller.headers("GET", url + path, {}, b"")) | {"Accept-Language": language}

    def answered() -> list:
        answer = server.http.get(url + path, headers=headers)
        return [answer] if answer.status_code != 404 else []

    return wait_for(answered, 5, f"the record of {request_id}")[0]


@pytest.fixture(scope="module")
def strangers(server, echo):
    """A user and an app of another project than the service's, and an app of the service's own project that is not authorised."""
    other = server.in_project("callers-" + secrets.token_hex(4))
    return {"user": TokenHolder(other.token()), "app": App.create(other, "elsewhere"), "near": App.create(server, "near-" + secrets.token_hex(3))}


@pytest.mark.parametrize("listener", ["gateway", "control"])
def test_each_refused_caller_reads_why(server, echo, strangers, listener):
    url, app, near = getattr(server, listener), strangers["app"], strangers["near"]
    first, third = App.create(server, "first-" + secrets.token_hex(3), echo), App.create(server, "third-" + secrets.token_hex(3), echo)
    bad = [
        (KeyHolder(app.key, app.secret), KeyHolder(app.key, app.secret), "app.not_authorised"),
        (KeyHolder(first.key, first.secret + "\n"), KeyHolder(first.key, first.secret), "app.secret_mistake"),
        (KeyHolder(first.key, "wrong"), AppCodeHolder(first.code), "app.bad_signature"),
        (KeyPairHolder(near.key, "wrong"), KeyPairHolder(near.key, near.secret), "app.key_pair_mismatch"),
        (AppCodeHolder(near.code), AppCodeHolder(near.code), "app.not_authorised"),
        (TokenHolder(server.token()), TokenHolder(server.token()), "route.undeclared_path"),
    ]
    for wrong, right, reason in bad:
        path = echo.path + ("/nowhere" if reason == "route.undeclared_path" else "")
        refused = call(server, wrong, path)
        assert refused.status >= 400
        answer = asked(server, right, url, id_of(refused))
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert set(told) == {"explanation"}
        assert told["explanation"]["reason"] == reason
        chinese = asked(server, right, url, id_of(refused), "zh-CN").json()["explanation"]
        assert not re.search("[\u4e00-\u9fff]", json.dumps(told, ensure_ascii=False))
        assert all(re.search("[\u4e00-\u9fff]", said) for said in (chinese["headline"], *chinese["fix"])), chinese
        text = answer.text
        for hidden in (server.project, "limits.body", "throttle.default"):
            assert hidden not in text, text
        # Neither another app nor another user reads it.
        others = [KeyHolder(third.key, third.secret)]
        if not isinstance(wrong, TokenHolder):
            others.append(strangers["user"])
        for other in others:
            headers = other.headers("GET", f"{url}/adyton/v1/requests/{id_of(refused)}", {}, b"")
            assert server.http.get(f"{url}/adyton/v1/requests/{id_of(refused)}", headers=headers).status_code == 404


def test_what_named_nobody_is_told_where_it_came_from_and_by_the_command_line_in_its_language(server, echo, strangers):
    name, password = server.member("caller")
    token = server.new_token(user=name, password=password)
    body = {"credential": {"user_id": server.call("GET", "/v3/auth/tokens", headers={"X-Subject-Token": token}).json()["token"]["user"]["id"]}}
    key = server.manage("POST", "/v3.0/OS-CREDENTIAL/credentials", json=body)["credential"]
    own = {"ADYTON_ACCESS_KEY": key["access"], "ADYTON_SECRET_KEY": key["secret"]}
    for headers, reason in [({}, "credentials.missing"), ({"X-Auth-Token": "$TOKEN"}, "token.malformed")]:
        refused = server.http.post(server.gateway + echo.path, headers=headers, json={})
        assert reason_of(refused) == reason
        assert asked(server, TokenHolder(token), server.control, refused.headers["X-Request-Id"]).status_code == 200
        told = server.run("explain", refused.headers["X-Request-Id"], "--lang", "zh", env=own)
        assert told.returncode == 0, told.stderr
        assert reason in told.stdout and "处理方法" in told.stdout and "Fix" not in told.stdout
        assert re.search("  1. [^a-zA-Z]*[\u4e00-\u9fff]", told.stdout.split("处理方法")[1]), told.stdout
        # Who may not call the service is told nothing, but whom to ask.
        path = f"/adyton/v1/requests/{refused.headers['X-Request-Id']}"
        stranger = strangers["user"].headers("GET", server.control + path, {}, b"")
        assert server.http.get(server.control + path, headers=stranger).status_code == 404


def test_a_locked_key_reads_at_both_listeners_and_calls_nothing(new_server):
    server = new_server().start()
    echo = server.deploy("echo", ECHO)
    first = server.bootstrap
    right, wrong = KeyHolder(first["access_key"], first["secret_key"]), KeyHolder(first["access_key"], "wrong")
    answers = [call(server, wrong, echo.path) for _ in range(6)]
    locked = call(server, right, echo.path)
    assert (locked.status, reason_of(locked)) == (401, "aksk.locked")
    assert 295 <= int(locked.headers["retry-after"]) <= 301
    for url in (server.gateway, server.control):
        for refused, reason in ((answers[0], "aksk.bad_signature"), (locked, "aksk.locked")):
            answer = asked(server, right, url, id_of(refused))
            assert answer.status_code == 200, answer.text
            assert answer.json()["explanation"]["reason"] == reason
    assert reason_of(call(server, right, echo.path)) == "aksk.locked", "reading unlocks nothing"
    # With the command line, as the caller alone: the gateway's address and a key are all that they have.
    told = server.run("explain", id_of(locked))
    assert told.returncode == 0, told.stderr
    assert "aksk.locked" in told.stdout
    # What fails here locks as it does there.
    for _ in range(6):
        headers = wrong.headers("GET", f"{server.gateway}/adyton/v1/requests/{id_of(locked)}", {}, b"")
        refused = server.http.get(f"{server.gateway}/adyton/v1/requests/{id_of(locked)}", headers=headers)
        assert (refused.status_code, refused.headers["X-Adyton-Reason"]) == (401, "aksk.bad_signature")
    refused = asked(server, right, server.control, id_of(locked))
    assert (refused.status_code, refused.headers["X-Adyton-Reason"]) == (401, "aksk.locked")


def recorded(server, sender, path):
    """The answer to a call whose record is kept. It is written beside the answer, and of one sender so many are kept in a minute."""
    for seconds in (10, 55, 10):
        answer = server.http.get(server.control + path, headers=dict(sender.headers("GET", server.control + path, {}, b"")))
        record = f"/adyton/v1/audit/{answer.headers['x-request-id']}"
        with contextlib.suppress(AssertionError):
            wait_for(lambda path=record: server.call("GET", path).status_code == 200, seconds, "the record")
            return answer
    raise AssertionError("no record of the call is kept")


def test_a_refused_management_call_is_read_at_both_listeners(server, strangers):
    user = strangers["user"]
    path = f"/v1/{server.project}/services"
    refused = recorded(server, user, path)
    assert refused.status_code == 403
    own = f"/adyton/v1/audit/{refused.headers['x-request-id']}"
    guessed = KeyHolder(server.bootstrap["access_key"], "wrong")
    wrong = recorded(server, guessed, path)
    assert wrong.status_code == 401
    for url in (server.gateway, server.control):
        answer = server.http.get(url + own, headers=dict(user.headers("GET", url + own, {}, b"")))
        assert answer.status_code == 200, answer.text
        # Commands name the listener that the call belongs to, not the one that is asked.
        told = server.run("explain", wrong.headers["x-request-id"], "--at", url)
        assert told.returncode == 0, told.stderr
        assert f"adyton sign GET {server.control}{path}" in told.stdout, told.stdout
        assert server.gateway not in told.stdout


def test_an_app_reads_with_the_command_line(server, echo, strangers):
    app = strangers["app"]
    refused = call(server, KeyHolder(app.key, app.secret), echo.path)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(server.folder), "LANG": "C.UTF-8", "ADYTON_GATEWAY_URL": server.gateway}
    environment |= {"ADYTON_APP_KEY": app.key, "ADYTON_APP_SECRET": app.secret, "ADYTON_APP_CODE": app.code}
    asked(server, AppCodeHolder(app.code), server.gateway, id_of(refused))
    only = {"ADYTON_ACCESS_KEY": "", "ADYTON_SECRET_KEY": "", "ADYTON_CONTROL_URL": "", "ADYTON_PROJECT_ID": ""}
    for auth in ("app", "appcode"):
        told = server.run("explain", id_of(refused), "--auth", auth, env=environment | only)
        assert told.returncode == 0, told.stderr
        assert "app.not_authorised" in told.stdout and f"adyton app authorize {app.id}" in " ".join(told.stdout.split()), told.stdout
    told = server.run("explain", id_of(refused), "--auth", "app", "--json", env=environment | only)
    assert json.loads(told.stdout)["explanation"]["reason"] == "app.not_authorised"
    unknown = server.run("explain", "0" * 32, "--auth", "app", env=environment | only)
    assert unknown.returncode == 1 and "named these credentials" in unknown.stderr, unknown.stderr
