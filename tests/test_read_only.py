"""A disk that the kernel makes read-only under a running server: what cannot be done is said, predictions go on, what was
acknowledged stays, and a new mount with a restart brings writes back."""

import pytest

from harness.callers import TokenHolder, call, instance_id
from harness.disk import FailingDisk
from harness.server import ROOT, Server, wait_for

IRIS = ROOT / "samples/iris"
BODY = (IRIS / "request.json").read_bytes()
USER = {"user": {"name": "meanwhile", "password": "Member-Pass-W0rd-1"}}


def told(response) -> tuple[int, str]:
    return response.status_code, response.headers.get("X-Adyton-Reason", "")


@pytest.fixture
def failing(new_server, tmp_path):
    """A server whose data folder is on a disk that can be made read-only, and the disk."""
    disk = FailingDisk(tmp_path / "disk", 96)
    server = new_server({"throttle.default_per_second": 0})
    server.data = disk.folder / "data"
    yield server, disk
    server.close()
    disk.close()


def doctor(server: Server) -> str:
    run = server.run("doctor", "--data", str(server.data))
    assert run.returncode != 0, run.stdout
    return run.stdout


def test_a_disk_that_turns_read_only_is_told_and_a_restart_on_a_new_mount_brings_writes_back(failing):
    server, disk = failing
    server.start()
    iris = server.deploy("iris", IRIS)
    prefix = "/v2/{project}/apigw/instances/" + instance_id(server) + "/apps"
    server.manage("POST", prefix, json={"name": "before"})
    caller, thief = TokenHolder(server.token()), server.new_token()
    disk.turn_read_only()

    first = server.call("POST", prefix, json={"name": "meanwhile"})
    assert told(first) == (503, "apig.storage_unavailable"), first.text
    for word, response in {
        "modelarts": server.call("PUT", f"/v1/{{project}}/services/{iris.id}", json={"description": "meanwhile"}),
        "iam": server.call("POST", "/v3/users", json=USER),
        "manage": server.call("POST", "/adyton/v1/{project}/packages", data=b"x" * 100_000, headers={"Content-Type": "application/gzip"}),
    }.items():
        assert told(response) == (503, f"{word}.storage_unavailable"), (word, response.text)
        assert "is read-only; nothing was changed" in response.text, (word, response.text)
    # A revocation that cannot be kept is not acknowledged.
    gone = server.http.delete(f"{server.control}/v3/auth/tokens", headers={"X-Auth-Token": thief, "X-Subject-Token": thief})
    assert told(gone) == (503, "iam.storage_unavailable"), gone.text

    # What needs no disk goes on: signing in, predictions, and their explanations.
    assert server.ask_token().status_code == 201
    predicted = call(server, caller, iris.path, body=BODY)
    assert predicted.status == 200
    assert server.call("GET", f"/adyton/v1/{{project}}/requests/{predicted.headers['x-request-id']}").status_code == 200
    assert server.manage("GET", prefix)["total"] == 1
    waits_for = wait_for(lambda: server.http.get(server.control + "/healthz/ready").json().get("waits_for"), 15, "readiness to fail")
    assert "is read-only" in waits_for
    assert server.http.get(server.gateway + "/healthz/ready").status_code == 200
    assert "is read-only" in doctor(server)
    wait_for(lambda: "the journal cannot be written" in server.log(), 5, "the journal to tell")
    assert "mount it for writing" in server.log() and "lower journal.keep_bytes" not in server.log()
    assert server.stop() == 0

    # The server does not start there, and says why; nor does it where the disk was mounted to be read.
    for was_mounted_so in (False, True):
        if was_mounted_so:
            # The first mount puts the file system in order, which one that only reads does not.
            disk.unmount()
            disk.mount()
            disk.unmount()
            disk.mount("loop,ro")
        with pytest.raises(AssertionError, match="Read-only file system"):
            server.start()
        assert "is read-only" in doctor(server)

    disk.unmount()
    disk.mount()
    server.start()
    server.wait_for_status(iris.id, "running")
    assert [app["name"] for app in server.manage("GET", prefix)["apps"]] == ["before"]
    assert call(server, caller, iris.path, body=BODY).status == 200
    server.manage("POST", prefix, json={"name": "after-it"})
