"""The Prediction tab's door: what it refuses goes through the same pipeline, in the same order, and is explained as well."""

import json
from uuid import uuid4

import pytest

from harness.callers import KeyHolder, Nobody, TokenHolder
from harness.raw import Connection, exchange, fresh_source

LIMIT = 8 * 1024 * 1024


def path(project, service, below="/"):
    return f"/adyton/v1/{project}/services/{service}/predict{below}"


def knock(server, caller, target, body=b"{}", more=None):
    """One call at the door, with the caller's credentials."""
    headers = caller.headers("POST", server.control + target, {"Content-Type": "application/json"} | (more or {}), body)
    host = not any(name.lower() == "host" for name in headers)
    return exchange(server.control, "POST", target, headers, body, host=host, source=fresh_source())


def told(answer):
    """What a refusal says in public, but for its id."""
    headers = {name: value for name, value in answer.headers.items() if name not in ("x-request-id", "date")}
    return answer.status, headers, {key: value for key, value in json.loads(answer.body).items() if key != "request_id"}


def explained(server, answer, status, code, reason, step):
    """The record of a refusal, which must be this one; its evidence."""
    assert (answer.status, json.loads(answer.body)["error_code"], answer.headers["x-adyton-reason"]) == (status, code, reason)
    assert json.loads(answer.body)["request_id"] == answer.headers["x-request-id"]
    record = server.record(answer.headers["x-request-id"])
    seen = [record[key] for key in ("door", "status", "error_code", "reason", "step", "answered_by")]
    assert seen == ["prediction_tab", status, code, reason, step, "gateway"]
    return record


@pytest.fixture(scope="module")
def neighbour(server):
    """The administrator of another project, and that project's id."""
    name = f"neighbour-{uuid4().hex[:12]}"
    project = server.manage("POST", "/v3/projects", json={"project": {"name": name}})["project"]["id"]
    user = server.manage("POST", "/v3/users", json={"user": {"name": name, "password": "correct horse"}})["user"]["id"]
    server.manage("PUT", f"/v3/projects/{project}/users/{user}/roles/administrator")
    return TokenHolder(server.new_token(user=name, password="correct horse", project=name)), project


def test_a_wrong_token_is_explained(server, echo):
    answer = knock(server, TokenHolder("not-a-token"), path(server.project, echo.id))
    record = explained(server, answer, 401, "APIG.0301", "token.malformed", "authenticate")
    assert (record["service"], record["evidence"]["length"]) == (echo.id, len("not-a-token"))
    printed = server.run("explain", answer.headers["x-request-id"])
    assert printed.returncode == 0, printed.stderr
    assert "token.malformed" in printed.stdout


def test_no_credentials_are_explained(server, echo):
    answer = knock(server, Nobody(), path(server.project, echo.id))
    record = explained(server, answer, 401, "APIG.0301", "credentials.missing", "authenticate")
    assert record["evidence"]["sent"] == []


def test_a_wrong_signature_is_explained_over_what_was_signed(server, echo, admin_key):
    target = path(server.project, echo.id)
    wrong = KeyHolder(admin_key.key, "not the secret")
    answer = knock(server, wrong, target)
    record = explained(server, answer, 401, "APIG.0301", "aksk.bad_signature", "authenticate")
    # The client signed the address that it called, not the one behind the door.
    assert record["evidence"]["canonical_request"].startswith(f"POST\n{target}")
    assert knock(server, admin_key, target).status == 200


@pytest.mark.parametrize("signed", [False, True], ids=["token", "signed"])
@pytest.mark.parametrize("chunked", [False, True], ids=["declared", "chunked"])
def test_a_body_over_the_limit_is_explained(server, echo, admin, admin_key, signed, chunked):
    target = path(server.project, echo.id)
    body = b"b" * (LIMIT + 1)
    headers = (admin_key if signed else admin).headers("POST", server.control + target, {}, body)
    with Connection(server.control) as connection:
        length = {"Transfer-Encoding": "chunked"} if chunked else {"Content-Length": str(len(body))}
        connection.send_head("POST", target, headers | length, host="Host" not in headers)
        if chunked:
            try:
                for start in range(0, len(body), 65_536):
                    connection.send_chunk(body[start : start + 65_536])
                connection.send(b"0\r\n\r\n")
            except (BrokenPipeError, ConnectionResetError):
                pass  # it may hang up on what is too much
        answer = connection.read_answer()
    evidence = explained(server, answer, 413, "APIG.0201", "body.too_large", "limit")["evidence"]
    assert (evidence["what"], evidence["limit"], evidence["setting"]) == ("body", LIMIT, "limits.prediction_tab_body")
    if chunked:
        assert evidence["declared"] is None and evidence["measured"] == LIMIT + 1
    else:
        assert (evidence["declared"], evidence["measured"]) == (LIMIT + 1, None)


def test_a_service_of_another_project_looks_like_none_and_only_the_domain_learns_of_it(server, echo, neighbour):
    caller, project = neighbour
    unknown = knock(server, caller, path(project, "00000000-0000-4000-8000-000000000000"))
    theirs = knock(server, caller, path(project, echo.id))
    assert told(theirs) == told(unknown)
    record = explained(server, theirs, 404, "APIG.0101", "route.no_such_service", "route")
    assert (record["project"], record["service"], record["api"], record["caller"]) == (None, None, None, None)
    assert server.project not in json.dumps(record) and echo.name not in json.dumps(record["evidence"])
    # The administrator of the domain, who may know of both projects, learns what was wrong.
    assert "belongs to another project" in server.run("explain", theirs.headers["x-request-id"]).stdout
    # The sender's own project reads both, and learns nothing of the other one.
    for answer in (theirs, unknown):
        asked = f"{server.control}/adyton/v1/{project}/requests/{answer.headers['x-request-id']}"
        read = server.http.get(asked, headers={"X-Auth-Token": caller.token})
        assert read.status_code == 200, read.text
        assert server.project not in read.text and f'"{echo.name}"' not in read.text and "another project" not in read.text


def test_a_service_of_another_project_through_its_own_project_is_refused_as_at_the_address(server, echo, neighbour):
    answer = knock(server, neighbour[0], path(server.project, echo.id))
    record = explained(server, answer, 403, "APIG.0302", "iam.other_project", "authorise")
    assert record["service"] == echo.id


@pytest.mark.parametrize("service", ["odd", "a%20b", "a%2Fb"])
def test_a_malformed_service_id_is_explained(server, admin, service):
    answer = knock(server, admin, path(server.project, service))
    explained(server, answer, 404, "APIG.0101", "route.malformed_service_id", "route")


def test_a_coding_that_nobody_can_undo_is_refused_at_both_doors(server, echo, admin):
    """RFC 9112, 6.1: a model would get gzip without knowing it, so neither door takes more than plain chunks."""
    for coding, refused in (("gzip, chunked", True), ("chunked, chunked", True), ("chunked", False)):
        headers = {"X-Auth-Token": admin.token, "Transfer-Encoding": coding}
        for url, target in ((server.gateway, echo.path), (server.control, path(server.project, echo.id))):
            answer = exchange(url, "POST", target, headers, b"2\r\n{}\r\n0\r\n\r\n")
            if not refused:
                assert answer.status == 200, answer.body
                continue
            assert (answer.status, answer.headers["x-adyton-reason"]) == (400, "request.transfer_coding"), answer.body
            assert json.loads(answer.body)["error_code"] == "APIG.0201"
            facts = server.record(answer.headers["x-request-id"])["evidence"]["facts"]
            assert facts == [{"transfer_coding_unknown": {"sent": coding}}]


def test_a_wrong_url_beats_a_wrong_token_and_a_wrong_token_a_large_body(server, echo):
    nobody = TokenHolder("not-a-token")
    lost = knock(server, nobody, path(server.project, echo.id, "/undeclared"))
    explained(server, lost, 404, "APIG.0101", "route.undeclared_path", "route")
    target = path(server.project, echo.id)
    late = exchange(server.control, "POST", target, {"X-Auth-Token": "not-a-token", "Content-Length": str(LIMIT + 1)})
    explained(server, late, 401, "APIG.0301", "token.malformed", "authenticate")
