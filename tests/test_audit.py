"""The audit trail: what the command line shows of changes and refused management calls, to whom, and that it outlives restarts."""

import json
import os
import pwd
import secrets
import select
import shutil
import subprocess

import pytest

from harness.server import BINARY, ROOT, wait_for

FIXTURE = ROOT / "tests/fixtures/first-light"


def trail(server, *options: str) -> list[dict]:
    return server.json("audit", "-n", "200", *options)["records"]


def changes_of(record: dict) -> dict:
    return {change["field"]: (change["from"], change["to"]) for change in record["changes"]}


@pytest.fixture(scope="module")
def team(server):
    """A project of its own, and a user of it who may only read."""
    name = "audited-" + secrets.token_hex(4)
    other = server.in_project(name)
    user = "reader-" + secrets.token_hex(4)
    assert server.run("user", "create", user, input="correct-Horse-1\n").returncode == 0
    assert server.run("role", "grant", user, "auditor", "--project", name).returncode == 0
    token = server.new_token(user=user, password="correct-Horse-1", project=name)
    return {"name": name, "project": other, "user": user, "token": token}


def test_a_change_is_told_with_its_fields_and_without_secrets(server):
    name, new = "till-" + secrets.token_hex(4), "shop-" + secrets.token_hex(4)
    made = server.manage("POST", f"/v2/{{project}}/apigw/instances/{server.project}/apps", json={"name": name})
    path = f"/v2/{{project}}/apigw/instances/{server.project}/apps/{made['id']}"
    server.manage("PUT", path, json={"name": new, "status": 0})
    (update,) = trail(server, "--operation", "apps_update", "--thing", made["id"])
    assert changes_of(update) == {"name": (name, new), "enabled": ("true", "false")}
    assert update["caller"]["name"] == "admin" and update["kind"] == "change"
    assert made["app_secret"] not in json.dumps(trail(server, "--thing", made["id"]))
    table = server.run("audit", "--thing", new).stdout
    assert "apps_update" in table and f"name: {name} → {new}" in table
    told = server.run("explain", update["request_id"])
    assert told.returncode == 0 and f"  name: {name} → {new}" in told.stdout, told.stderr
    read = trail(server, "--operation", "apps_list")
    assert all(record["kind"] == "refusal" for record in read), "reads that are answered leave no record"


def test_a_refused_management_call_is_explained_to_the_operator_and_to_the_caller(server, team):
    project = team["project"]
    headers = {"X-Auth-Token": team["token"]}
    refused = server.http.post(f"{server.control}/v1/{project.project}/services", headers=headers, json={})
    assert refused.status_code == 403
    request_id = refused.headers["X-Request-Id"]
    told = project.run("explain", request_id)
    assert told.returncode == 0, told.stderr
    assert told.stdout.startswith("403  ModelArts.0112  modelarts.not_permitted\nRefused: "), told.stdout
    assert "modelarts:service:create" in told.stdout and "Fix: " in told.stdout and team["user"] in told.stdout
    assert "处理：" in project.run("--lang", "zh", "explain", request_id).stdout
    (record,) = [record for record in trail(project, "--refused") if record["request_id"] == request_id]
    assert record["caller"]["name"] == team["user"]
    # No token for what is not theirs: whoever asked reads with their own key why, in their language.
    key = server.json("key", "create", "--user", team["user"])["credential"]
    mine = {"ADYTON_ACCESS_KEY": key["access"], "ADYTON_SECRET_KEY": key["secret"], "ADYTON_PROJECT_ID": project.project}
    who = {"name": team["user"], "domain": {"name": "adyton"}, "password": "correct-Horse-1"}
    auth = {"identity": {"methods": ["password"], "password": {"user": who}}, "scope": {"project": {"name": "nowhere"}}}
    denied = server.http.post(f"{server.control}/v3/auth/tokens", json={"auth": auth})
    assert denied.headers["X-Adyton-Reason"] == "iam.no_role_in_scope"
    for language, begins in (("en", "Fix: "), ("zh", "处理：")):
        own = server.run("--lang", language, "explain", denied.headers["X-Request-Id"], env=mine)
        assert begins in own.stdout and f"`adyton role grant {team['user']} caller --project nowhere`" in own.stdout, own.stdout + own.stderr
    # The caller, and nobody of another project.
    own = server.http.get(f"{server.control}/adyton/v1/audit/{request_id}", headers=headers)
    assert own.status_code == 200 and own.json()["record"]["refusal"]["reason"] == "modelarts.not_permitted"
    stranger = server.http.get(f"{server.control}/adyton/v1/audit/{request_id}")
    assert stranger.status_code == 401


def test_a_project_does_not_see_what_happens_in_another(server, team):
    name = "secretly-" + secrets.token_hex(4)
    made = server.call("POST", f"/v2/{{project}}/apigw/instances/{server.project}/apps", json={"name": name})
    request_id = made.headers["X-Request-Id"]
    project = team["project"].project
    headers = {"X-Auth-Token": team["token"]}
    mine = server.http.get(f"{server.control}/adyton/v1/{project}/audit", headers=headers, params={"limit": 1000})
    assert mine.status_code == 200 and name not in mine.text
    for path, status in [
        (f"/adyton/v1/{server.project}/audit", 403),
        ("/adyton/v1/audit", 403),
        (f"/adyton/v1/{project}/audit/{request_id}", 404),
        (f"/adyton/v1/audit/{request_id}", 404),
    ]:
        assert server.http.get(server.control + path, headers=headers).status_code == status, path
    # The administrator of the domain sees both.
    assert name in json.dumps(trail(server, "--domain", "--thing", name))


def test_what_comes_is_followed(server):
    command = [str(BINARY), "audit", "--follow", "-n", "0", "--json"]
    name = "followed-" + secrets.token_hex(4)
    watching = subprocess.Popen(command, env=server.client_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=server.folder)
    try:
        # Whatever was there before it began to watch is not shown, so changes are made until one is.
        lines: list[str] = []

        def followed() -> bool:
            server.manage("POST", f"/v2/{{project}}/apigw/instances/{server.project}/apps", json={"name": f"{name}-{secrets.token_hex(3)}"})
            if select.select([watching.stdout], [], [], 1.5)[0]:
                lines.append(watching.stdout.readline())
            return any(name in line for line in lines)

        wait_for(followed, 30, "the record of a change")
        assert json.loads(lines[-1])["operation"] == "apps_create"
    finally:
        watching.kill()
        watching.communicate()


def test_records_outlive_a_kill_and_what_is_changed_offline_has_one(new_server):
    server = new_server().start()
    name = "kept-" + secrets.token_hex(4)
    server.manage("POST", f"/v2/{{project}}/apigw/instances/{server.project}/apps", json={"name": name})
    # Whoever has read a record has it on the disk.
    assert trail(server, "--thing", name)
    server.kill()
    data = ["--data", str(server.data)]
    changed = subprocess.run(
        [str(BINARY), "user", "password", "admin", "--offline", *data], input="another-Horse-1\n", text=True, capture_output=True, cwd=server.folder, timeout=60
    )
    assert changed.returncode == 0, changed.stderr
    server.start()
    assert trail(server, "--thing", name)
    (offline,) = trail(server, "--domain", "--operation", "offline_password")
    assert offline["caller"]["way"] == "offline" and offline["thing"]["name"] == "admin"
    assert offline["caller"]["name"].startswith(operator()) and offline["caller"]["id"] == f"uid {os.getuid()}"
    assert offline["changes"] == [{"field": "password", "from": None, "to": None, "is_secret": True}]
    assert server.run("explain", offline["request_id"]).stdout.startswith("offline_password")


def operator() -> str:
    return pwd.getpwuid(os.getuid()).pw_name


def test_another_master_key_and_a_restore_are_told_to_administrators(new_server):
    server = new_server().start()
    name = "kept-" + secrets.token_hex(4)
    server.manage("POST", f"/v2/{{project}}/apigw/instances/{server.project}/apps", json={"name": name})
    archive = server.folder / "whole.tar.gz"
    backup, rotate = ("backup", str(archive), "--data", str(server.data)), ("master-key", "rotate", "--data", str(server.data))
    assert server.run(*backup).returncode == 0
    # Refused while the server runs, and told at once.
    assert server.run(*backup).returncode == 2
    assert server.run(*rotate).returncode == 2
    (again, backed_up) = trail(server, "--domain", "--operation", "backup")
    assert changes_of(backed_up) == {"archive": (None, str(archive)), "master_key": (None, "true"), "journal": (None, "false")}
    assert again["kind"] == "refusal" and "already exists" in again["refusal"]["message"]
    (refused,) = trail(server, "--domain", "--refused", "--operation", "master_key_rotate")
    assert refused["caller"]["name"].startswith(operator()) and refused["thing"]["name"] == str(server.data / "master.key")
    assert server.run("explain", refused["request_id"]).stdout.startswith("master_key_rotate: refused\n")
    assert server.stop() == 0
    rotated = server.run("master-key", "rotate", "--data", str(server.data))
    assert rotated.returncode == 0 and "audit trail" not in rotated.stderr, rotated.stderr
    server.start()
    (record, _refused) = trail(server, "--domain", "--operation", "master_key_rotate")
    assert record["caller"]["way"] == "offline" and record["caller"]["name"].startswith(operator())
    assert record["thing"] == {"kind": "master_key", "id": "", "name": str(server.data / "master.key")}
    assert {"field": "master_key", "from": None, "to": None, "is_secret": True} in record["changes"]
    assert (server.data / "master.key").read_text().strip() not in json.dumps(record)
    assert server.run("explain", record["request_id"]).stdout.startswith("master_key_rotate")
    assert "master_key_rotate" in server.run("audit", "--domain").stdout
    # Elsewhere, from what was backed up before.
    there = new_server(folder="there")
    there.data.mkdir(mode=0o700)
    broken = server.folder / "broken.tar.gz"
    broken.write_bytes(archive.read_bytes()[:3000])

    def restore(file) -> subprocess.CompletedProcess:
        return subprocess.run([str(BINARY), "restore", str(file), "--data", str(there.data)], capture_output=True, text=True, cwd=there.folder, timeout=60)

    assert restore(broken).returncode == 1
    restored = restore(archive)
    assert restored.returncode == 0, restored.stderr
    assert restore(archive).returncode == 2, "a restore does not replace anything"
    there.start()
    (restored, *refused) = sorted(trail(there, "--domain", "--operation", "restore"), key=lambda record: record["kind"])
    messages = sorted(record["refusal"]["message"] for record in refused)
    assert "is damaged" in messages[0] and "does not replace anything" in messages[1], messages
    assert restored["thing"]["kind"] == "installation" and restored["caller"]["name"].startswith(operator())
    assert changes_of(restored)["archive"] == (None, str(archive))
    assert trail(there, "--thing", name) and not trail(there, "--domain", "--operation", "master_key_rotate")
    # It is taken in once, and concerns nobody who administers nothing.
    assert there.stop() == 0
    there.start()
    assert len(trail(there, "--domain", "--operation", "restore")) == 3
    assert not trail(there, "--operation", "restore")
    assert not (there.data / "audit.waiting").exists()


def test_a_data_folder_of_the_first_version_gets_a_trail(new_server):
    server = new_server({"journal.keep_days": 36500})
    shutil.copytree(FIXTURE / "sqlite", server.data)
    server.data.chmod(0o700)
    server.start()
    name = "first-" + secrets.token_hex(4)
    server.manage("POST", f"/v2/{{project}}/apigw/instances/{server.project}/apps", json={"name": name})
    (record,) = trail(server, "--thing", name)
    assert record["operation"] == "apps_create"
