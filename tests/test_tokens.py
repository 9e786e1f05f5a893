"""Wrong tokens in more than eight ways, each with a sub-code of its own; right tokens; and the life of a token."""

import base64
import json

import pytest

from harness.callers import Nobody, TokenHolder, call

INCORRECT = "Incorrect IAM authentication information"


def flipped(token: str, place: int) -> str:
    return token[:place] + ("A" if token[place] != "A" else "B") + token[place + 1 :]


WRONG = {
    "a word": (lambda token: "admin", "token.malformed"),
    "a password": (lambda token: "Passw0rd!", "token.malformed"),
    "another cloud's token": (lambda token: "MII" + base64.b64encode(b"\x30\x82" * 600).decode(), "token.malformed"),
    "a JSON web token": (lambda token: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl", "token.malformed"),
    "quoted": (lambda token: f'"{token}"', "token.malformed"),
    "doubled": (lambda token: token + token, None),
    "cut in the middle": (lambda token: token[: len(token) // 2], "token.undecryptable"),
    "last character lost": (lambda token: token[:-1], None),
    "first character lost": (lambda token: token[1:], None),
    "tampered with in the middle": (lambda token: flipped(token, len(token) // 2), "token.undecryptable"),
    "tampered with at the end": (lambda token: flipped(token, len(token) - 4), "token.undecryptable"),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG.keys())
def test_a_token_that_cannot_be_opened(server, echo, case):
    wrong, reason = case
    answer = call(server, TokenHolder(wrong(server.token())), echo.path)
    assert answer.status == 401
    assert json.loads(answer.body)["error_msg"] == f"{INCORRECT}: decrypt token fail"
    got = answer.headers["x-adyton-reason"]
    assert got in ("token.malformed", "token.unknown_key", "token.undecryptable") if reason is None else got == reason
    record = server.record(answer.headers["x-request-id"])
    assert record["reason"] == got
    assert record["step"] == "authenticate"


def test_a_token_of_another_installation(server, echo, foreign_token):
    answer = call(server, TokenHolder(foreign_token), echo.path)
    assert (answer.status, answer.headers["x-adyton-reason"]) == (401, "token.unknown_key")
    assert json.loads(answer.body)["error_msg"] == f"{INCORRECT}: decrypt token fail"


def test_no_credentials(server, echo):
    answer = call(server, Nobody(), echo.path)
    assert (answer.status, answer.headers["x-adyton-reason"]) == (401, "credentials.missing")
    assert json.loads(answer.body)["error_msg"].startswith(INCORRECT)


def test_an_empty_token_is_malformed(server, echo):
    answer = call(server, TokenHolder(""), echo.path)
    assert (answer.status, answer.headers["x-adyton-reason"]) == (401, "token.malformed")


def test_a_revoked_token(server, echo):
    token = server.new_token()
    assert call(server, TokenHolder(token), echo.path).status == 200
    revoked = server.http.delete(f"{server.control}/v3/auth/tokens", headers={"X-Auth-Token": token, "X-Subject-Token": token})
    assert revoked.status_code == 204
    answer = call(server, TokenHolder(token), echo.path)
    assert (answer.status, answer.headers["x-adyton-reason"]) == (401, "token.revoked")
    assert json.loads(answer.body)["error_code"] == "APIG.0307"
    assert json.loads(answer.body)["error_msg"].startswith("The token must be updated")


def test_a_change_of_password_ends_all_tokens(new_server):
    from harness.server import ECHO

    server = new_server().start()
    echo = server.deploy("echo", ECHO)
    token = server.token()
    first = server.bootstrap
    body = {"user": {"original_password": first["password"], "password": "An0ther-Pass-W0rd"}}
    changed = server.call("POST", f"/v3/users/{first['user']['id']}/password", json=body)
    assert changed.status_code == 204, changed.text
    answer = call(server, TokenHolder(token), echo.path)
    assert (answer.status, answer.headers["x-adyton-reason"]) == (401, "token.superseded")
    assert server.ask_token().status_code == 401
    fresh = server.new_token(password="An0ther-Pass-W0rd")
    assert call(server, TokenHolder(fresh), echo.path).status == 200


def test_a_token_is_validated_and_described(server):
    token = server.token()
    response = server.http.get(f"{server.control}/v3/auth/tokens", headers={"X-Auth-Token": token, "X-Subject-Token": token})
    assert response.status_code == 200
    body = response.json()["token"]
    assert body["project"]["id"] == server.project
    assert body["user"]["name"] == server.bootstrap["user"]["name"]
    assert body["expires_at"].endswith("Z")
    headers = {"X-Auth-Token": token, "X-Subject-Token": "nonsense"}
    assert server.http.get(f"{server.control}/v3/auth/tokens", headers=headers).status_code == 404
    assert server.http.head(f"{server.control}/v3/auth/tokens", headers=headers | {"X-Subject-Token": token}).status_code in (200, 204)


def test_unknown_user_and_wrong_password_are_told_alike(server):
    unknown = server.ask_token(user="nobody-here", password="whatever-1A")
    wrong = server.ask_token(password="whatever-1A")
    assert (unknown.status_code, wrong.status_code) == (401, 401)
    assert unknown.json()["error"]["message"] == wrong.json()["error"]["message"] == "The username or password is wrong."


def test_five_wrong_passwords_lock_the_account(new_server):
    server = new_server().start()
    for _ in range(5):
        assert server.ask_token(password="wrong-Pass-1").status_code == 401
    locked = server.ask_token()
    assert locked.status_code == 401
    assert locked.json() == locked.json() | {"error_code": "IAM.0061", "error_msg": "Account locked."}


def test_the_token_works_at_the_other_door(server, echo, admin):
    path = f"{server.control}/adyton/v1/{server.project}/services/{echo.id}/predict/only/post"
    response = server.http.post(path, headers={"X-Auth-Token": admin.token}, json={})
    assert (response.status_code, response.json()["path"]) == (200, "/only/post")
