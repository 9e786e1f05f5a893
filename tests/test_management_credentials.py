"""Credentials that do not count at the management APIs: every cause has its own sub-code, under the edge's code and at IAM.

Causes that need another clock (a token that is over, or of the future) are provoked over a socket in
crates/adyton-control/tests/it/causes.rs. Failures lock a key for their source, so every call comes from one of its own.
"""

import hashlib
import json
from datetime import timedelta
from uuid import uuid4

import pytest

from harness.callers import App, KeyHolder
from harness.raw import exchange, fresh_source
from harness.signing import Request, Signer, now

BODY = b'{"name": "nobody-makes-this"}'
INCORRECT = "Incorrect IAM authentication information"


class NoTrailingSlash(Signer):
    def path(self, request):
        return super().path(request).rstrip("/")


def refused(server, headers, code, reason, path="", method="GET", body=b"", source=None):
    """One call at the edge that must be refused like this."""
    path = path or f"/v1/{server.project}/services"
    host = not any(name.lower() == "host" for name in headers)
    answer = exchange(server.control, method, path, headers, body, host=host, source=source or fresh_source())
    content = json.loads(answer.body)
    assert (answer.status, content["error_code"], answer.headers["x-adyton-reason"]) == (401, code, reason), answer.body
    assert content["request_id"] == answer.headers["x-request-id"]
    return content["error_msg"]


def at_iam(server, headers, reason, path="/v3/auth/projects", method="GET"):
    """The same credentials at IAM: Keystone's words for all of them."""
    answer = exchange(server.control, method, path, headers, host="Host" not in headers, source=fresh_source())
    assert (answer.status, answer.headers["x-adyton-reason"]) == (401, reason), answer.body
    assert json.loads(answer.body)["error"] == {"code": 401, "message": "The token is invalid or has expired.", "title": "Unauthorized"}


def signed(server, holder, headers=None, method="GET", path="", body=b"", signer=Signer):
    """Headers of a management call that is signed like this."""
    url = server.control + (path or f"/v1/{server.project}/services")
    return signer(holder.key, holder.secret).sign(Request(method, url, {"Content-Type": "application/json"} | (headers or {}), body)).headers


@pytest.fixture
def member(server):
    """A user with a role in the first project: id, name, and what an administrator may do to them."""
    name = f"member-{uuid4().hex[:12]}"
    user = server.manage("POST", "/v3/users", json={"user": {"name": name, "password": "correct horse"}})["user"]["id"]
    server.manage("PUT", f"/v3/projects/{{project}}/users/{user}/roles/operator")
    return user, name


@pytest.fixture
def members_key(server, member):
    """An access key of theirs, made by themselves."""
    user, name = member
    token = server.new_token(user=name, password="correct horse")
    body = {"credential": {"user_id": user}}
    made = server.http.post(f"{server.control}/v3.0/OS-CREDENTIAL/credentials", json=body, headers={"X-Auth-Token": token})
    assert made.status_code == 201, made.text
    key = made.json()["credential"]
    return KeyHolder(key["access"], key["secret"])


# Tokens


def test_a_token_of_another_installation(server, foreign_token):
    headers = {"X-Auth-Token": foreign_token}
    assert refused(server, headers, "APIGW.0301", "manage.token_unknown_key") == f"{INCORRECT}: decrypt token fail"
    at_iam(server, headers, "iam.token_unknown_key")


def test_a_token_that_was_cut(server):
    token = server.token()
    headers = {"X-Auth-Token": token[:-2]}
    assert refused(server, headers, "APIGW.0301", "manage.token_undecryptable") == f"{INCORRECT}: decrypt token fail"
    at_iam(server, headers, "iam.token_undecryptable")


@pytest.mark.parametrize(
    "change, cause",
    [({"password": "battery staple"}, "superseded"), ({"enabled": False}, "user_disabled"), (None, "user_deleted")],
    ids=["password", "disabled", "deleted"],
)
def test_a_token_whose_user_was_changed(server, member, change, cause):
    user, name = member
    headers = {"X-Auth-Token": server.new_token(user=name, password="correct horse")}
    if change is None:
        server.manage("DELETE", f"/v3/users/{user}")
    else:
        server.manage("PATCH", f"/v3/users/{user}", json={"user": change})
    refused(server, headers, "APIGW.0301", f"manage.token_{cause}")
    at_iam(server, headers, f"iam.token_{cause}")
    # Asked about by an administrator, it is unknown.
    asked = server.call("GET", "/v3/auth/tokens", headers={"X-Subject-Token": headers["X-Auth-Token"]})
    assert (asked.status_code, asked.headers["X-Adyton-Reason"]) == (404, f"iam.subject_{cause}")
    assert asked.json()["error"]["message"] == "The resource could not be found."
    assert f"iam.subject_{cause}" in server.log() and f"token.{cause}" in server.log(), "the log says both"


# Other kinds of credentials


def test_kinds_that_do_not_count(server, app: App):
    for headers in ({"X-Apig-AppCode": app.code}, {"Authorization": "Bearer " + server.token()}, {"apikey": app.key}):
        refused(server, headers, "APIGW.0301", "manage.credentials_not_accepted")
        at_iam(server, headers, "iam.credentials_not_accepted")
    for pair in ({"X-HW-ID": app.key, "X-HW-AppKey": "wrong"}, {"X-HW-ID": app.key}):
        refused(server, pair, "APIGW.0301", "manage.app_credentials")


# Signatures


def test_a_right_signature_counts(server, admin_key):
    assert exchange(server.control, "GET", f"/v1/{server.project}/services", signed(server, admin_key), host=False).status == 200


@pytest.mark.parametrize(
    "spoil, reason",
    [
        (lambda headers: headers.update({"Authorization": headers["Authorization"].replace(", Signature=", ", ")}), "signature_malformed"),
        (lambda headers: headers.update({"Authorization": headers["Authorization"].replace("HMAC-SHA256", "HMAC-SM3")}), "algorithm_unsupported"),
        (lambda headers: headers.pop("X-Sdk-Date"), "date_missing"),
        (lambda headers: headers.update({"X-Sdk-Date": "yesterday"}), "date_malformed"),
        (lambda headers: headers.update({"Authorization": headers["Authorization"].replace(";x-sdk-date", "")}), "date_not_signed"),
        (lambda headers: headers.update({"Authorization": headers["Authorization"].replace("host;", "host;x-absent;")}), "signed_header_missing"),
        (lambda headers: headers.update({"X-Security-Token": "of a temporary key"}), "security_token"),
    ],
    ids=["no signature", "SM3", "no date", "no time stamp", "date not signed", "signed header not sent", "security token"],
)
def test_a_spoilt_head(server, admin_key, spoil, reason):
    headers = signed(server, admin_key)
    spoil(headers)
    refused(server, headers, "APIGW.0301", f"manage.{reason}")


def test_a_clock_that_is_wrong(server, admin_key):
    headers = signed(server, admin_key, {"X-Sdk-Date": now(timedelta(minutes=-16))})
    refused(server, headers, "APIGW.0301", "manage.clock_skew")


def test_a_signing_mistake_and_another_secret(server, admin_key):
    mistaken = signed(server, admin_key, signer=NoTrailingSlash)
    assert refused(server, mistaken, "APIGW.0301", "manage.signing_mistake") == f"{INCORRECT}: verify aksk signature fail"
    assert "path.no_trailing_slash" in server.log(), "the log names the mistake"
    wrong = KeyHolder(admin_key.key, "not the secret")
    refused(server, signed(server, wrong), "APIGW.0301", "manage.signature_bad")
    at_iam(server, signed(server, wrong, path="/v3/auth/projects"), "iam.signature_invalid")


def test_a_body_that_is_not_the_declared_one(server, admin_key):
    path = f"/v1/{server.project}/services"
    headers = signed(server, admin_key, {"X-Sdk-Content-Sha256": hashlib.sha256(BODY).hexdigest()}, "POST", path, BODY)
    refused(server, headers, "APIGW.0301", "manage.body_digest", path, "POST", BODY.replace(b"nobody", b"anyone"))


def test_keys_that_do_not_count(server, member, members_key):
    unknown = KeyHolder("ADYTONUNKNOWN0000000", "secret")
    said = refused(server, signed(server, unknown), "APIGW.0301", "manage.key_unknown")
    assert said == f"{INCORRECT}: Get secretKey failed,ak:ADYTONUNKNOWN0000000,err:ak not exist"
    assert exchange(server.control, "GET", f"/v1/{server.project}/services", signed(server, members_key), host=False).status == 200
    key = f"/v3.0/OS-CREDENTIAL/credentials/{members_key.key}"
    server.manage("PUT", key, json={"credential": {"status": "inactive"}})
    refused(server, signed(server, members_key), "APIGW.0301", "manage.key_disabled")
    server.manage("PUT", key, json={"credential": {"status": "active"}})
    server.manage("PATCH", f"/v3/users/{member[0]}", json={"user": {"enabled": False}})
    refused(server, signed(server, members_key), "APIGW.0301", "manage.key_user_disabled")


def test_too_many_failures_lock_a_key_for_their_source_only(server, members_key):
    wrong, source = KeyHolder(members_key.key, "wrong"), fresh_source()
    for _ in range(6):
        refused(server, signed(server, wrong), "APIGW.0301", "manage.signature_bad", source=source)
    said = refused(server, signed(server, members_key), "APIGW.0301", "manage.key_locked", source=source)
    assert said == f"{INCORRECT}: AK access failed to reach the limit,forbidden"
    answer = exchange(server.control, "GET", f"/v1/{server.project}/services", signed(server, members_key), host=False, source=fresh_source())
    assert answer.status == 200


# What is left of the edge


def test_a_project_that_the_token_is_not_for(server):
    """ModelArts has words of its own for this; the gateway's management API speaks the edge's."""
    project = "0" * 32
    answer = server.http.get(f"{server.control}/v2/{project}/apigw/instances", headers={"X-Auth-Token": server.token()})
    assert (answer.status_code, answer.headers["X-Adyton-Reason"]) == (403, "manage.other_project")
    assert answer.json()["error_code"] == "APIGW.0302"


def test_a_request_that_cannot_be_read(server):
    answer = server.call("GET", "/adyton/v1/{project}/requests?limit=many")
    assert (answer.status_code, answer.headers["X-Adyton-Reason"]) == (400, "manage.bad_request")
    assert answer.json()["error_code"] == "APIGW.0201"
