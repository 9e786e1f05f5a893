"""Storage that fails: a full disk, a database that is away. What was acknowledged stays, what was not is said, predictions go
on, and writes come back by themselves."""

import json
import sqlite3
import time

import pytest

from harness.callers import KeyHolder, TokenHolder, call, instance_id
from harness.disk import SmallDisk
from harness.postgres import Postgres
from harness.server import ROOT, Server, wait_for

IRIS = ROOT / "samples/iris"
BODY = (IRIS / "request.json").read_bytes()


def apps(server: Server) -> str:
    return "/v2/{project}/apigw/instances/" + instance_id(server) + "/apps"


def names(server: Server) -> set[str]:
    found, offset = set(), 0
    while True:
        page = server.manage("GET", apps(server), params={"limit": 500, "offset": offset})
        found |= {app["name"] for app in page["apps"]}
        offset += len(page["apps"])
        if not page["apps"] or offset >= page["total"]:
            return found


def ready(server: Server, url: str) -> tuple[int, dict]:
    response = server.http.get(url + "/healthz/ready")
    return response.status_code, response.json()


def told(response) -> tuple[int, str]:
    return response.status_code, response.headers.get("X-Adyton-Reason", "")


@pytest.fixture
def small(new_server, tmp_path):
    """A server whose data folder is on a disk of 64 MiB, and the disk."""
    disk = SmallDisk(tmp_path / "disk", 64)
    server = new_server({"throttle.default_per_second": 0})
    server.data = disk.folder / "data"
    yield server, disk
    server.close()
    disk.close()


def until_full(server: Server, disk: SmallDisk, write, reason: str) -> None:
    """Writes until one is refused for want of room; nothing else may be said."""
    for number in range(3000):
        disk.fill()
        response = write(number)
        if response.status_code >= 300:
            assert told(response) == (507, reason), response.text
            assert "o space is left" in response.text
            return
    pytest.fail("3,000 writes fit on a full disk")


def test_a_full_disk_is_told_and_writes_come_back(small):
    server, disk = small
    server.start()
    iris = server.deploy("iris", IRIS)
    caller = TokenHolder(server.token())
    prefix, kept = apps(server), set()

    def make_app(number: int):
        response = server.call("POST", prefix, json={"name": f"app-{len(kept)}-{number}"})
        if response.status_code == 201:
            kept.add(response.json()["name"])
        return response

    until_full(server, disk, make_app, "apig.no_space")
    path = f"/v1/{{project}}/services/{iris.id}"
    until_full(server, disk, lambda number: server.call("PUT", path, json={"description": f"d{number}" * 30}), "modelarts.no_space")
    domain = server.bootstrap["domain"]["id"]
    user = {"password": "Member-Pass-W0rd-1", "domain_id": domain}
    until_full(server, disk, lambda number: server.call("POST", "/v3/users", json={"user": user | {"name": f"u{number}"}}), "iam.no_space")

    # Readiness, metrics and doctor say it; who predicts notices nothing.
    _, body = wait_for(lambda: (found := ready(server, server.control))[0] == 503 and found, 15, "readiness to fail")
    assert "no space" in body["waits_for"], body
    assert ready(server, server.gateway)[0] == 200
    assert "adyton_store_writable 0" in server.http.get(server.control + "/metrics").text
    doctor = server.run("doctor", "--data", str(server.data))
    assert doctor.returncode != 0 and "no space" in doctor.stdout, doctor.stdout
    assert call(server, caller, iris.path, body=BODY).status == 200

    # Whoever must be kept out is kept out, also now.
    thief = server.new_token()
    disk.fill()
    revoked = server.http.delete(f"{server.control}/v3/auth/tokens", headers={"X-Auth-Token": thief, "X-Subject-Token": thief})
    assert revoked.status_code == 204, revoked.text
    assert call(server, TokenHolder(thief), iris.path, body=BODY).headers["x-adyton-reason"] == "token.revoked"
    first = server.bootstrap
    gone = server.call("DELETE", f"/v3.0/OS-CREDENTIAL/credentials/{first['access_key']}")
    assert gone.status_code == 204, gone.text
    assert call(server, KeyHolder(first["access_key"], first["secret_key"]), iris.path, body=BODY).headers["x-adyton-reason"] == "aksk.unknown_key"

    disk.free()
    wait_for(lambda: ready(server, server.control)[0] == 200, 5, "writes to come back")
    for number in range(5):
        assert make_app(10_000 + number).status_code == 201
    server.kill()
    server.start()
    assert kept <= names(server)
    assert call(server, TokenHolder(thief), iris.path, body=BODY).headers["x-adyton-reason"] == "token.revoked"


def test_the_server_starts_on_a_full_disk(small):
    server, disk = small
    server.start()
    iris = server.deploy("iris", IRIS)
    for end in (server.kill, server.stop):
        disk.fill()
        end()
        (server.data / "ready.json").unlink(missing_ok=True)
        disk.fill()
        server.start()
        server.wait_for_status(iris.id, "running")
        assert call(server, TokenHolder(server.token()), iris.path, body=BODY).status == 200
    disk.free()
    wait_for(lambda: ready(server, server.control)[0] == 200, 5, "writes to come back")
    server.manage("POST", apps(server), json={"name": "after-all"})


def test_a_database_that_is_held_by_another(new_server):
    """Somebody's tool locks the file: writes are refused after their deadline, and say that they may have been made."""
    server = new_server({"throttle.default_per_second": 0}).start()
    iris = server.deploy("iris", IRIS)
    caller, prefix = TokenHolder(server.token()), apps(server)
    other = sqlite3.connect(server.data / "adyton.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        response = server.call("POST", prefix, json={"name": "meanwhile"})
        assert told(response) == (503, "apig.storage_unavailable"), response.text
        assert "check whether" in response.json()["error_msg"]
        # Readiness is what the check in the background found out, every ten seconds.
        wait_for(lambda: ready(server, server.control)[0] == 503, 30, "the check to find out")
        assert call(server, caller, iris.path, body=BODY).status == 200
        other.execute("ROLLBACK")
    finally:
        other.close()
    wait_for(lambda: ready(server, server.control)[0] == 200, 15, "writes to come back")
    server.manage("POST", prefix, json={"name": "after-it"})
    assert "meanwhile" not in names(server)


def test_a_database_that_goes_away_and_comes_back(new_server):
    database = Postgres().start()
    try:
        server = new_server({"database_url": database.url, "gateway.feed_limit": "2s", "throttle.default_per_second": 0})
        key = server.folder / "master.key"
        key.write_text("5f" * 32)
        config = server.folder / "adyton.toml"
        config.write_text(f'master_key_file = "{key}"\n')
        server.start("--config", str(config))
        away(server, database)
    finally:
        server.close()
        database.close()


def frozen(server: Server, database: Postgres, caller: TokenHolder, iris, prefix: str) -> None:
    """A database that does not even refuse: known callers notice nothing, changes are refused in time, and resume."""

    def slowest(calls: int = 40) -> float:
        times = []
        for _ in range(calls):
            began = time.monotonic()
            assert call(server, caller, iris.path, body=BODY).status == 200
            times.append(time.monotonic() - began)
        return sorted(times)[-2]

    usual = slowest()
    database.freeze()
    try:
        assert slowest() < 5 * usual + 0.05
        began = time.monotonic()
        response = server.call("POST", prefix, json={"name": "while-it-stands"})
        assert told(response) == (503, "apig.storage_unavailable"), response.text
        assert time.monotonic() - began < 15
        refused = response.headers["X-Request-Id"]
        assert slowest() < 5 * usual + 0.05
    finally:
        database.thaw()
    wait_for(lambda: server.call("POST", prefix, json={"name": "resumed"}).status_code in (201, 400), 20, "changes to resume")
    assert "resumed" in names(server)
    told_of = server.run("explain", refused)
    assert told_of.returncode == 0, told_of.stderr


def away(server: Server, database: Postgres) -> None:
    iris = server.deploy("iris", IRIS)
    caller, prefix = TokenHolder(server.token()), apps(server)
    server.manage("POST", prefix, json={"name": "before"})
    frozen(server, database, caller, iris, prefix)
    database.stop()
    calls = {
        "apig": ("POST", prefix, {"name": "meanwhile"}),
        "modelarts": ("PUT", f"/v1/{{project}}/services/{iris.id}", {"description": "meanwhile"}),
        "iam": ("POST", "/v3/users", {"user": {"name": "meanwhile", "password": "Member-Pass-W0rd-1", "domain_id": server.bootstrap["domain"]["id"]}}),
        "manage": ("GET", f"/adyton/v1/{{project}}/services/{iris.id}/log", None),
    }
    for word, (method, path, body) in calls.items():
        response = server.call(method, path, json=body)
        assert told(response) == (503, f"{word}.storage_unavailable"), (word, response.text)
        assert str(database.folder) not in response.text
    assert call(server, caller, iris.path, body=BODY).status == 200
    wait_for(lambda: ready(server, server.control)[0] == 503, 15, "the control plane to be not ready")
    # The gateway answers on; once nobody can say who was locked out since, it says that it is not ready.
    _, body = wait_for(lambda: (found := ready(server, server.gateway))[0] == 503 and found, 15, "the gateway to be not ready")
    assert "gateway.feed_limit" in body["waits_for"]
    ages = [line for line in server.http.get(server.control + "/metrics").text.splitlines() if line.startswith("adyton_feed_age_seconds ")]
    assert float(ages[0].split()[1]) > 2
    database.resume()
    for url in (server.control, server.gateway):
        wait_for(lambda url=url: ready(server, url)[0] == 200, 15, f"{url} to be ready again")
    server.manage("POST", prefix, json={"name": "after-it"})
    assert {"before", "after-it"} <= names(server)
    assert "meanwhile" not in names(server)
    assert json.loads(call(server, caller, iris.path, body=BODY).body)
