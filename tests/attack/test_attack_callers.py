"""Every operation of the management APIs as callers who may not: nothing is done, and nothing of another's is told."""

import json

import pytest

from harness.callers import App, KeyHolder
from harness.server import Server


@pytest.fixture(scope="module")
def world(attacked: Server, recorder):
    """Another project with an operator of its own, and callers with less."""
    project = attacked.manage("POST", "/v3/projects", json={"project": {"name": "elsewhere"}})["project"]
    tokens = {}
    for name, role, where in [("eve", "operator", project["id"]), ("ann", "auditor", attacked.project), ("carl", "caller", attacked.project)]:
        user = attacked.manage("POST", "/v3/users", json={"user": {"name": name, "password": f"{name}'s password"}})["user"]
        roles = {one["name"]: one["id"] for one in attacked.manage("GET", "/v3/roles")["roles"]}
        attacked.manage("PUT", f"/v3/projects/{where}/users/{user['id']}/roles/{roles[role]}")
        scope = "elsewhere" if name == "eve" else attacked.bootstrap["project"]["name"]
        tokens[name] = attacked.new_token(user=name, password=f"{name}'s password", project=scope)
    return tokens | {"nobody": "", "garbage": "garbage", "cut": attacked.token()[:-2]}


def operations(server: Server) -> list[tuple[str, str]]:
    """All that wants credentials."""
    document = server.http.get(f"{server.control}/openapi.json").json()
    methods = ("get", "put", "post", "delete", "patch")
    all_of = [(method, path, item[method]) for path, item in document["paths"].items() for method in methods if method in item]
    closed = [(method.upper(), path) for method, path, operation in all_of if operation.get("security") and {} not in operation["security"]]
    assert len(closed) > 60
    return closed


def state(server: Server) -> list:
    """What the attacked project holds, without what calls change by themselves."""
    prefix = f"/v2/{{project}}/apigw/instances/{server.manage('GET', '/v2/{project}/apigw/instances')['instances'][0]['id']}"
    services = server.manage("GET", "/v1/{project}/services")["services"]
    models = server.manage("GET", "/v1/{project}/models")["models"]
    kept = [[service[name] for name in ("service_id", "service_name", "status")] for service in services]
    users = [user["name"] for user in server.manage("GET", "/v3/users")["users"]]
    return [kept, [model["model_id"] for model in models], server.manage("GET", f"{prefix}/apps")["apps"], users]


@pytest.mark.parametrize("caller", ["nobody", "garbage", "cut", "eve", "ann", "carl"])
def test_an_operation_is_not_for_everybody(attacked, recorder, world, caller):
    app = attacked.call("GET", "/v2/{project}/apigw/instances").json()["instances"][0]["id"]
    names = {
        "project_id": attacked.project,
        "service_id": recorder.id,
        "model_id": recorder.model_id,
        "instance_id": app,
        "app_id": "00000000-0000-4000-8000-000000000000",
    }
    before = state(attacked)
    for method, path in operations(attacked):
        address = path
        for name, value in names.items():
            address = address.replace("{" + name + "}", value)
        while "{" in address:
            begin, _, rest = address.partition("{")
            address = begin + attacked.project + rest.partition("}")[2]
        headers = {"X-Auth-Token": world[caller]} if world[caller] else {}
        headers["Content-Type"] = "application/json"
        # A refused body that nobody read ends the connection.
        headers["Connection"] = "close"
        answer = attacked.http.request(method, attacked.control + address, headers=headers, data="{}", allow_redirects=False, stream=True)
        # What is told as it happens has no end.
        text = "" if "event-stream" in answer.headers.get("Content-Type", "") else answer.text
        answer.close()
        told = f"{caller}: {method} {path}: {answer.status_code} {text[:200]}"
        assert answer.status_code < 500, told
        if caller in ("nobody", "garbage", "cut"):
            assert answer.status_code >= 300, told
        # The auditor and the caller may look at some of it; nobody of them may change anything but what is their own.
        own = ("/v3/users", "/v3.0/", "/v3/auth", "/adyton/v1/session-links")
        asks = method == "GET" or path.endswith(("/resource-instances/filter", "/resource-instances/count"))
        if not asks and "/predict" not in path and not path.startswith(own):
            assert answer.status_code >= 300, told
        if caller == "eve" and attacked.project in address:
            assert answer.status_code >= 300, told
    assert state(attacked) == before


def test_apps_manage_nothing(attacked, recorder):
    app = App.create(attacked, "attacker", recorder)
    for holder in (KeyHolder(app.key, app.secret),):
        for method, path in operations(attacked):
            address = path.replace("{project_id}", attacked.project).replace("{", "").replace("}", "")
            headers = holder.headers(method, attacked.control + address, {"Content-Type": "application/json", "Connection": "close"}, b"{}")
            answer = attacked.http.request(method, attacked.control + address, headers=headers, data=b"{}")
            assert 400 <= answer.status_code < 500, f"{method} {path}: {answer.status_code} {json.dumps(answer.text[:200])}"
