"""What an explanation advises is done as it is printed, and the refused call succeeds."""

import re
import secrets
import shlex

import pytest

from harness.callers import App, AppCodeHolder, KeyHolder, TokenHolder, call
from harness.server import ROOT


def disabled_user(server, service):
    name, password = server.member("caller")
    token = server.new_token(user=name, password=password)
    user = next(user["id"] for user in server.manage("GET", "/v3/users")["users"] if user["name"] == name)
    server.manage("PATCH", f"/v3/users/{user}", json={"user": {"enabled": False}})
    return TokenHolder(token), lambda: TokenHolder(server.new_token(user=name, password=password))


def disabled_key(server, service):
    user = server.bootstrap["user"]["id"]
    keys = server.manage("GET", "/v3.0/OS-CREDENTIAL/credentials", params={"user_id": user})["credentials"]
    for key in keys:
        if key["access"] != server.bootstrap["access_key"]:
            server.manage("DELETE", f"/v3.0/OS-CREDENTIAL/credentials/{key['access']}")
    key = server.manage("POST", "/v3.0/OS-CREDENTIAL/credentials", json={"credential": {"user_id": user}})["credential"]
    assert server.run("key", "disable", key["access"]).returncode == 0
    return KeyHolder(key["access"], key["secret"]), None


def role_lacking(server, service):
    name, password = server.member("auditor")
    return TokenHolder(server.new_token(user=name, password=password)), None


def app_not_authorised(server, service):
    app = App.create(server, "unknown-" + secrets.token_hex(3))
    return KeyHolder(app.key, app.secret), None


def app_disabled(server, service):
    app = App.create(server, "asleep-" + secrets.token_hex(3), service)
    assert server.run("app", "disable", app.key).returncode == 0
    return KeyHolder(app.key, app.secret), None


def codes_off(server, service):
    app = App.create(server, "coded-" + secrets.token_hex(3), service)
    assert server.run("service", "update", service.name, "--app-codes", "off").returncode == 0
    return AppCodeHolder(app.code), None


def stopped(server, service):
    assert server.run("service", "stop", service.name).returncode == 0
    return TokenHolder(server.token()), None


@pytest.fixture(scope="module")
def mended(server):
    service = server.deploy("mended-" + secrets.token_hex(3), ROOT / "samples/iris")
    # Apps may call it at all.
    App.create(server, "first-" + secrets.token_hex(3), service)
    return service


@pytest.mark.parametrize(
    ("refuse", "reason"),
    [
        (disabled_user, "token.user_disabled"),
        (disabled_key, "aksk.key_disabled"),
        (role_lacking, "iam.not_permitted"),
        (app_not_authorised, "app.not_authorised"),
        (app_disabled, "app.disabled"),
        (codes_off, "app.code_disabled"),
        (stopped, "service.stopped"),
    ],
)
def test_the_command_of_an_explanation_mends_what_was_refused(server, mended, refuse, reason):
    """Run as it is printed, in the shell of whoever read it; in both languages it is the same one."""
    caller, renewed = refuse(server, mended)
    body = (ROOT / "samples/iris/request.json").read_bytes()
    refused = call(server, caller, mended.path, body=body)
    assert (refused.status >= 400, refused.headers["x-adyton-reason"]) == (True, reason)
    server.record(refused.headers["x-request-id"])
    told = {language: server.run("explain", refused.headers["x-request-id"], "--lang", language).stdout for language in ("en", "zh")}
    # What changes something comes before what only shows it.
    commands = [re.findall("`(adyton (?:[a-z]+ )*(?:enable|grant|authorize|update|start) [^`\n]*)`", text) for text in told.values()]
    assert commands[0] and commands[0] == commands[1], told
    run = server.run(*shlex.split(commands[0][0])[1:])
    assert run.returncode == 0, f"{commands[0][0]}: {run.stderr}"
    answer = call(server, renewed() if renewed else caller, mended.path, body=body)
    assert answer.status == 200, f"{commands[0][0]}: {answer.body}"
