"""PostgreSQL's own disk is full: first it takes no new rows, then it ends, because its log finds no room. What was acknowledged
stays, predictions go on, and writes come back with the room."""

import pytest

from harness.callers import TokenHolder, call, instance_id
from harness.postgres import Postgres
from harness.server import ROOT, Server, wait_for

IRIS = ROOT / "samples/iris"
BODY = (IRIS / "request.json").read_bytes()


@pytest.fixture
def crowded(new_server):
    """A server whose database is on a disk of 80 MiB, and the database."""
    database = Postgres(80)
    server = new_server({"database_url": database.url, "throttle.default_per_second": 0})
    try:
        database.start()
        key = server.folder / "master.key"
        key.write_text("5f" * 32)
        key.chmod(0o600)
        config = server.folder / "adyton.toml"
        config.write_text(f'master_key_file = "{key}"\n')
        server.start("--config", str(config))
        yield server, database
    finally:
        server.close()
        database.close()


def told(response) -> tuple[int, str] | None:
    """How a call was refused."""
    return None if response.status_code < 300 else (response.status_code, response.headers["X-Adyton-Reason"])


def ready(server: Server, url: str) -> tuple[int, str]:
    response = server.http.get(url + "/healthz/ready")
    return response.status_code, response.json().get("waits_for", "")


def test_the_databases_own_disk_is_full_and_then_has_room_again(crowded):
    server, database = crowded
    iris = server.deploy("iris", IRIS)
    caller, kept = TokenHolder(server.token()), set()
    prefix = "/v2/{project}/apigw/instances/" + instance_id(server) + "/apps"

    def make_app(is_full: bool = False):
        if is_full:
            database.disk.fill()
        response = server.call("POST", prefix, json={"name": f"app-{len(kept)}", "remark": "x" * 200})
        if response.status_code == 201:
            kept.add(response.json()["name"])
        return response

    make_app()
    said = wait_for(lambda: told(make_app(is_full=True)), 30, "a row that finds no room")
    assert said == (507, "apig.no_space")
    # It goes on rewriting rows where they are: that new ones find no room is said all the same, and by everybody who says such things.
    _, waits_for = wait_for(lambda: (found := ready(server, server.control))[0] == 503 and found, 10, "readiness to fail")
    assert "no space" in waits_for
    assert "adyton_store_writable 0" in server.http.get(server.control + "/metrics").text
    doctor = server.run("doctor", "--data", str(server.data))
    assert doctor.returncode != 0 and "no space" in doctor.stdout, doctor.stdout
    assert ready(server, server.gateway)[0] == 200
    assert call(server, caller, iris.path, body=BODY).status == 200

    database.disk.free()
    wait_for(lambda: ready(server, server.control)[0] == 200, 10, "writes to come back")
    assert make_app().status_code == 201

    # Without room for its log it ends, also when it starts again.
    database.disk.fill()
    wait_for(lambda: not database.ask("SELECT pg_switch_wal()") and not database.runs, 30, "the database to end")
    assert told(make_app()) == (503, "apig.storage_unavailable")
    wait_for(lambda: ready(server, server.control)[0] == 503, 15, "readiness to fail")
    assert call(server, caller, iris.path, body=BODY).status == 200
    database.disk.free()
    database.resume()
    wait_for(lambda: ready(server, server.control)[0] == 200, 15, "writes to come back")
    assert make_app().status_code == 201
    found = server.manage("GET", prefix, params={"limit": 500})
    assert {app["name"] for app in found["apps"]} == kept
