"""Refusals of the management APIs: each dialect in its own shape, with code, status and sub-code."""

import io
import json
import tarfile
from uuid import uuid4

import pytest

from harness.callers import RELEASE, App, KeyHolder, api_id, instance_id
from harness.raw import exchange, fresh_source
from harness.server import ECHO, ROOT, Server, wait_for

UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
UNKNOWN_HEX = "0" * 32


def check(response, status, code, reason):
    assert (response.status_code, response.headers.get("X-Adyton-Reason")) == (status, reason), response.text
    content = response.json()
    if "error" in content:
        assert (content["error"]["code"], status) == (status, int(code))
        assert content["error"]["message"] and content["error"]["title"]
    else:
        assert content["error_code"] == code and content["error_msg"]
    assert response.headers["X-Request-Id"]


@pytest.fixture(scope="module")
def apps(server):
    """The address of the gateway instance's apps."""
    return f"/v2/{{project}}/apigw/instances/{instance_id(server)}"


# At the edge


def test_an_address_that_is_none(server):
    check(server.call("GET", "/v1/{project}/servicez"), 404, "APIGW.0101", "manage.no_such_address")
    check(server.call("PATCH", "/v1/{project}/models"), 405, "APIGW.0101", "manage.method_not_allowed")


def test_a_body_that_is_no_json(server, apps):
    for path in (f"{apps}/apps", "/v1/{project}/services"):
        response = server.call("POST", path, data=b"{", headers={"Content-Type": "application/json"})
        assert response.status_code == 400
        assert "line 1" in response.text, response.text


def test_a_body_that_is_too_large(server):
    response = server.call("POST", "/v1/{project}/services", data=b" " * (64 * 1024 * 1024), headers={"Content-Type": "application/json"})
    check(response, 413, "APIGW.0201", "manage.body_too_large")


def test_an_address_or_headers_that_are_too_long(server):
    check(server.call("GET", "/healthz/live?" + "x" * 100_000), 414, "APIGW.0201", "manage.uri_too_large")
    check(server.call("GET", "/healthz/live", headers={"X-Long": "x" * 1_000_000}), 431, "APIGW.0201", "manage.headers_too_large")


@pytest.mark.parametrize(
    ("token", "reason"),
    [(None, "credentials_missing"), ("", "token_malformed"), ("nonsense", "token_malformed")],
)
def test_a_management_call_without_a_good_token(server, token, reason):
    headers = {} if token is None else {"X-Auth-Token": token}
    response = server.http.get(f"{server.control}/v1/{server.project}/services", headers=headers)
    check(response, 401, "APIGW.0301", f"manage.{reason}")


def test_a_revoked_token(server):
    token = server.new_token()
    server.http.delete(f"{server.control}/v3/auth/tokens", headers={"X-Auth-Token": token, "X-Subject-Token": token})
    response = server.http.get(f"{server.control}/v1/{server.project}/services", headers={"X-Auth-Token": token})
    check(response, 401, "APIGW.0307", "manage.token_revoked")


# ModelArts


def test_another_project(server):
    response = server.http.get(f"{server.control}/v1/{UNKNOWN_HEX}/services", headers={"X-Auth-Token": server.token()})
    check(response, 403, "ModelArts.0210", "modelarts.other_project")


def domain_token(server):
    first = server.bootstrap
    identity = {"methods": ["password"], "password": {"user": {"id": first["user"]["id"], "password": first["password"]}}}
    body = {"auth": {"identity": identity, "scope": {"domain": {"id": first["domain"]["id"]}}}}
    response = server.http.post(f"{server.control}/v3/auth/tokens", json=body)
    assert response.status_code == 201, response.text
    return response.headers["X-Subject-Token"]


def test_a_token_without_a_project(server, echo):
    token = domain_token(server)
    response = server.http.get(f"{server.control}/v1/{server.project}/services", headers={"X-Auth-Token": token})
    check(response, 401, "ModelArts.0212", "modelarts.no_project")
    # At the gateway it is who it is that counts: an administrator of the domain may call the services of its projects.
    response = server.http.post(server.gateway + echo.path, headers={"X-Auth-Token": token}, json={})
    assert response.status_code == 200


@pytest.mark.parametrize("path", ["/v1/{project}/models", "/v1/{project}/services"])
def test_a_parameter_that_is_wrong(server, path):
    check(server.call("GET", f"{path}?limit=many"), 400, "ModelArts.0104", "modelarts.parameter_error")


def service_body(name, model_id, **changes):
    entry = {"model_id": model_id, "weight": 100, "specification": "modelarts.vm.cpu.2u", "instance_count": 1} | changes
    return {"service_name": name, "infer_type": "real-time", "config": [entry]}


@pytest.mark.parametrize(
    "change, field",
    [
        (lambda body: body.pop("service_name"), "service_name"),
        (lambda body: body.update(service_name="a name"), "service_name"),
        (lambda body: body.update(config=[]), "config"),
        (lambda body: body["config"][0].update(weight=99), "weight"),
        (lambda body: body["config"][0].update(instance_count=0), "instance_count"),
        (lambda body: body["config"][0].update(instance_count=129), "instance_count"),
        (lambda body: body.update(description="d" * 101), "description"),
        (lambda body: body.update(infer_type="sometimes"), "infer_type"),
    ],
)
def test_a_service_that_is_wrongly_described(server, echo, change, field):
    body = service_body("described", echo.model_id)
    change(body)
    response = server.call("POST", "/v1/{project}/services", json=body)
    check(response, 400, "ModelArts.0101", "modelarts.invalid_argument")
    assert field in response.json()["error_msg"]


def test_numbers_may_be_text(server, echo):
    body = service_body("texts", echo.model_id, weight="100", instance_count="1")
    made = server.manage("POST", "/v1/{project}/services", json=body)
    server.wait_for_status(made["service_id"], "running")
    server.manage("DELETE", f"/v1/{{project}}/services/{made['service_id']}")


def test_what_does_not_exist(server):
    check(server.call("GET", f"/v1/{{project}}/models/{UNKNOWN_ID}"), 404, "ModelArts.3001", "modelarts.no_such_model")
    check(server.call("GET", f"/v1/{{project}}/services/{UNKNOWN_ID}"), 404, "ModelArts.3502", "modelarts.no_such_service")
    check(server.call("POST", "/v1/{project}/services", json=service_body("orphan", UNKNOWN_ID)), 404, "ModelArts.3001", "modelarts.no_such_model")


def test_what_exists_already(server, iris, echo):
    location = server.upload(ROOT / "samples/iris")
    body = {"model_name": "iris", "model_version": "1.0.0", "source_location": location, "model_type": "ONNX"}
    check(server.call("POST", "/v1/{project}/models", json=body), 409, "ModelArts.3002", "modelarts.model_exists")
    check(server.call("POST", "/v1/{project}/services", json=service_body("echo", echo.model_id)), 409, "ModelArts.3503", "modelarts.service_exists")


def test_a_model_in_use_stays(server, echo):
    answer = server.manage("DELETE", f"/v1/{{project}}/models/{echo.model_id}")
    assert answer["delete_success_list"] == []
    (failed,) = answer["delete_failed_list"]
    assert failed["error_code"] == "ModelArts.3009"
    from harness import provoked

    provoked.SEEN.add("modelarts.model_in_use")
    assert server.manage("GET", f"/v1/{{project}}/models/{echo.model_id}")["model_status"] == "published"


def test_a_package_that_is_broken(server, iris):
    body = {"model_name": "bad-config", "model_version": "1.0.0", "source_location": server.upload(ROOT / "samples/iris"), "initial_config": "{"}
    check(server.call("POST", "/v1/{project}/models", json=body), 400, "ModelArts.3015", "modelarts.bad_config")
    upload = server.call("POST", "/adyton/v1/{project}/packages", data=b"no archive at all", headers={"Content-Type": "application/x-tar"})
    check(upload, 400, "ModelArts.3016", "modelarts.bad_package")


def test_one_model_twice_in_a_service(server, echo):
    body = service_body("twice", echo.model_id, weight=50)
    body["config"] *= 2
    check(server.call("POST", "/v1/{project}/services", json=body), 400, "ModelArts.3516", "modelarts.duplicate_version")


def test_a_state_that_forbids_a_change(server, tmp_path):
    """While a service is being stopped it cannot be changed; while it is being deployed it can."""
    package = tmp_path / "slow"
    package.mkdir()
    import shutil

    shutil.copytree(ECHO / "model", package / "model")
    (package / "model/late.sh").write_text("#!/bin/sh\ntrap '' TERM\nsleep 3\npython3 echo.py\n")
    (package / "model/late.sh").chmod(0o755)
    config = json.loads((package / "model/config.json").read_text())
    (package / "model/config.json").write_text(json.dumps(config | {"command": ["sh", "late.sh"]}))
    service = server.deploy(f"late-{uuid4().hex[:8]}", package, wait=False)
    path = f"/v1/{{project}}/services/{service.id}"
    body = {"config": service_body("x", service.model_id, instance_count=2)["config"]}
    server.manage("PUT", path, json=body)
    # Called too early, it says so.
    refused = server.http.post(server.gateway + service.path, headers={"X-Auth-Token": server.token()}, json={})
    assert (refused.status_code, refused.headers["X-Adyton-Reason"]) == (400, "service.deploying")
    server.wait_for_status(service.id, "running")
    # Its shell does not end when it is asked to.
    server.manage("PUT", path, json={"status": "stopped"})
    assert server.status_of(service.id) == "stopping"
    check(server.call("PUT", path, json=body), 400, "ModelArts.3519", "modelarts.state_forbids")
    server.manage("DELETE", path)


# API Gateway


def test_apps_that_are_wrongly_described(server, apps):
    for body in ({}, {"name": ""}, {"name": "a"}, {"name": "1 space"}, {"name": "x" * 65}):
        response = server.call("POST", f"{apps}/apps", json=body)
        check(response, 400, "APIG.2012", "apig.invalid_parameter")
        assert "name" in response.json()["error_msg"]


def test_apps_codes_and_authorisations_that_do_not_exist(server, apps, app, echo):
    check(server.call("GET", f"/v2/{{project}}/apigw/instances/{UNKNOWN_HEX}/apps"), 404, "APIG.3030", "apig.no_such_instance")
    check(server.call("GET", f"{apps}/apps/{UNKNOWN_HEX}"), 404, "APIG.3004", "apig.no_such_app")
    check(server.call("GET", f"{apps}/apps/{app.id}/app-codes/{UNKNOWN_HEX}"), 404, "APIG.3082", "apig.no_such_app_code")
    check(server.call("DELETE", f"{apps}/app-auths/{UNKNOWN_HEX}"), 404, "APIG.3009", "apig.no_such_authorisation")

    def authorise(**changes):
        body = {"env_id": RELEASE, "app_ids": [app.id], "api_ids": [api_id(server, echo)]} | changes
        return server.call("POST", f"{apps}/app-auths", json=body)

    check(authorise(api_ids=[UNKNOWN_HEX]), 404, "APIG.3002", "apig.no_such_api")
    check(authorise(env_id="nowhere"), 404, "APIG.3003", "apig.no_such_environment")
    check(authorise(app_ids=[UNKNOWN_HEX]), 404, "APIG.3004", "apig.no_such_app")
    check(authorise(), 400, "APIG.3316", "apig.already_authorised")


def test_apps_and_codes_that_exist_already(server, apps, app):
    check(server.call("POST", f"{apps}/apps", json={"name": "tester"}), 400, "APIG.3203", "apig.app_exists")
    check(server.call("POST", f"{apps}/apps/{app.id}/app-codes", json={"app_code": app.code}), 400, "APIG.3211", "apig.app_code_exists")


def test_an_app_has_five_codes_at_most(server, apps):
    many = App.create(server, "many-codes")
    for _ in range(4):
        server.manage("PUT", f"{apps}/apps/{many.id}/app-codes")
    refused = server.call("PUT", f"{apps}/apps/{many.id}/app-codes")
    check(refused, 403, "APIG.3131", "apig.app_code_quota")
    told = refused.json()["error_msg"]
    assert told.startswith("The number of AppCodes exceeds the maximum allowed limit: the app has 5 AppCodes, and 1 more would exceed the quota of 5"), told


def test_a_new_secret_makes_the_old_one_useless(server, apps, echo):
    from harness.callers import KeyHolder, call
    from harness.raw import fresh_source

    app = App.create(server, "resetter", echo)
    made = server.manage("PUT", f"{apps}/apps/secret/{app.id}", json={})
    assert made["app_secret"] != app.secret
    assert call(server, KeyHolder(app.key, made["app_secret"]), echo.path, source=fresh_source()).status == 200
    refused = call(server, KeyHolder(app.key, app.secret), echo.path, source=fresh_source())
    assert (refused.status, refused.headers["x-adyton-reason"]) == (400, "app.bad_signature")


def test_an_authorisation_that_is_taken_back(server, apps, echo):
    from harness.callers import AppCodeHolder, call

    app = App.create(server, "short-lived", echo)
    assert call(server, AppCodeHolder(app.code), echo.path).status == 200
    auths = server.manage("GET", f"{apps}/app-auths/binded-apis", params={"app_id": app.id})["auths"]
    server.manage("DELETE", f"{apps}/app-auths/{auths[0]['id']}")
    refused = call(server, AppCodeHolder(app.code), echo.path)
    assert (refused.status, refused.headers["x-adyton-reason"]) == (403, "app.not_authorised")
    unknown = call(server, AppCodeHolder("A" * 64), echo.path)
    assert (unknown.status, unknown.headers["x-adyton-reason"]) == (401, "app.code_unknown")


# IAM


def test_requests_for_tokens_that_are_malformed(server):
    url = f"{server.control}/v3/auth/tokens"
    for body in (b"", b"{", b"{}", b'{"auth":{}}', b'{"auth":{"identity":{"methods":["magic"]}}}'):
        response = server.http.post(url, data=body, headers={"Content-Type": "application/json"})
        check(response, 400, "400", "iam.malformed")


def test_iam_in_keystones_shape(server):
    check(server.ask_token(password="wrong-Pass-1"), 401, "401", "iam.wrong_password")
    headers = {"X-Auth-Token": "nonsense", "X-Subject-Token": server.token()}
    check(server.http.get(f"{server.control}/v3/auth/tokens", headers=headers), 401, "401", "iam.token_malformed")
    headers = {"X-Auth-Token": server.token(), "X-Subject-Token": "nonsense"}
    check(server.http.get(f"{server.control}/v3/auth/tokens", headers=headers), 404, "404", "iam.subject_malformed")
    check(server.call("PATCH", "/v3/auth/tokens"), 405, "405", "iam.method_not_allowed")


def test_a_user_has_two_access_keys(new_server):
    server = new_server().start()
    body = {"credential": {"user_id": server.bootstrap["user"]["id"]}}
    made = server.manage("POST", "/v3.0/OS-CREDENTIAL/credentials", json=body)["credential"]
    assert made["access"] and made["secret"]
    check(server.call("POST", "/v3.0/OS-CREDENTIAL/credentials", json=body), 400, "400", "iam.key_quota")


def test_versions_are_discovered(server):
    assert server.http.get(server.control + "/").status_code == 300
    assert server.http.get(server.control + "/v3").json()["version"]["status"] == "stable"
    assert "text/html" in server.http.get(server.control + "/", headers={"Accept": "text/html"}).headers["Content-Type"]


def lines_of(server, request_id):
    """What the server's log says of one management call, field by field."""
    lines = (json.loads(line) for line in server.log().splitlines() if line.startswith("{"))
    return [line for line in lines if line.get("request.id") == request_id]


@pytest.fixture(scope="module")
def telling(tmp_path_factory):
    """A server whose log and access log are for programs."""
    folder = tmp_path_factory.mktemp("telling")
    server = Server(folder, {"log.format": "json", "journal.access_log": str(folder / "access.log")}).start()
    yield server
    server.close()


def test_the_log_says_why_a_management_call_was_refused(telling):
    first = telling.bootstrap
    wrong = KeyHolder(first["access_key"], "a-secret-of-somebody-else")
    path = f"/v1/{telling.project}/services"
    answer = exchange(telling.control, "GET", path, wrong.headers("GET", telling.control + path, {}, b""), host=False, source=fresh_source())
    (line,) = wait_for(lambda: lines_of(telling, answer.headers["x-request-id"]), 5, "the call's line")
    assert (line["message"], line["status"], line["reason"], line["path"]) == ("management call", 401, "manage.signature_bad", path)
    assert line["why"].startswith("aksk.bad_signature; ") and f"key {first['access_key']}" in line["why"], line
    assert first["secret_key"] not in telling.log() and "a-secret-of-somebody-else" not in telling.log()
    # A token: what is odd about it is told, and it is not repeated.
    answer = exchange(telling.control, "GET", path, {"X-Auth-Token": "Bearer s3cret-text"})
    (line,) = wait_for(lambda: lines_of(telling, answer.headers["x-request-id"]), 5, "the call's line")
    assert line["why"] == "token.malformed; it starts with `Bearer`: send only the token", line
    assert "s3cret-text" not in telling.log()
    # What was not refused, and what the answer says whole, need no reason in the log.
    for path in (f"/v1/{telling.project}/services", f"/v1/{telling.project}/services/{UNKNOWN_ID}"):
        answer = exchange(telling.control, "GET", path, {"X-Auth-Token": telling.token()})
        (line,) = wait_for(lambda: lines_of(telling, answer.headers["x-request-id"]), 5, "the call's line")
        assert (line["status"], line["why"]) == (answer.status, "")


def test_health_questions_are_answered_and_leave_no_lines(telling):
    asked = []
    for url in (telling.control, telling.gateway):
        for path, status in (("/healthz/live", "live"), ("/healthz/ready", "ready")):
            answer = telling.http.get(url + path)
            assert (answer.status_code, answer.json()["status"]) == (200, status)
            asked.append(answer.headers.get("X-Request-Id"))
    # A call that leaves a line in both logs, after them.
    last = telling.http.post(telling.gateway + "/nowhere").headers["X-Request-Id"]
    access = telling.folder / "access.log"
    wait_for(lambda: last in access.read_text(), 5, "the line of a call")
    telling.manage("GET", "/v1/{project}/services")
    assert "management call" in telling.log()
    assert "/healthz/" not in telling.log() and "/healthz/" not in access.read_text()
    assert not [line for id in asked if id for line in lines_of(telling, id)]
    counted = [line for line in telling.http.get(telling.control + "/metrics").text.splitlines() if "health" in line and not line.startswith("#")]
    assert counted, "they are counted, though not recorded"


def test_metrics_and_documents(server, echo, admin):
    server.http.post(server.gateway + echo.path, headers={"X-Auth-Token": admin.token}, json={})
    metrics = server.http.get(server.control + "/metrics").text
    assert "adyton_" in metrics and "# TYPE" in metrics
    document = server.http.get(server.control + "/openapi.json").json()
    assert document["openapi"].startswith("3.")
    assert len(document["paths"]) > 15
    # The admin plane is never on the public port.
    for path in ("/metrics", "/openapi.json", f"/v1/{server.project}/services", "/v3/auth/tokens"):
        assert server.http.get(server.gateway + path, headers={"X-Auth-Token": admin.token}).status_code == 404


def test_events_tell_a_services_story(server, echo):
    events = server.manage("GET", f"/v1/{{project}}/services/{echo.id}/events")["events"]
    assert len(events) >= 2
    assert all(event["event_info"] and event["event_type"] in ("normal", "abnormal") for event in events)


def test_requests_are_listed_and_filtered(server, echo, admin):
    refused = server.http.post(server.gateway + echo.path + "/nope", headers={"X-Auth-Token": admin.token}, json={})
    request_id = refused.headers["X-Request-Id"]
    server.record(request_id)

    def ids(**filters):
        page = server.manage("GET", "/adyton/v1/{project}/requests", params=filters)
        return [record["id"] for record in page["requests"]]

    assert request_id in ids()
    assert request_id in ids(code="APIG.0101", service=echo.id, status=404)
    assert request_id not in ids(code="APIG.0301")
    wait_for(lambda: len(ids(limit=1)) == 1, 5, "one record")


def test_an_upload_beyond_the_quota_of_packages(new_server):
    server = new_server().start()
    set_to_one = {"quotas": [{"type": "package_bytes", "quota": 1}]}
    server.manage("PUT", "/adyton/v1/quotas/{project}", json=set_to_one)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as tar:
        tar.add(ECHO / "model", "model")
    headers = {"Content-Type": "application/gzip"}
    response = server.call("POST", "/adyton/v1/{project}/packages", data=archive.getvalue(), headers=headers)
    check(response, 403, "ModelArts.0116", "modelarts.package_quota")
