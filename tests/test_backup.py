"""Backup and restore, the forgotten password, another master key: what an operator does to the data of a server, on SQLite and PostgreSQL."""

import gzip
import io
import json
import os
import signal
import subprocess
import tarfile
import threading
from pathlib import Path

import pytest

from harness.callers import App, KeyHolder, call, instance_id
from harness.postgres import Postgres
from harness.server import BINARY, ECHO, ROOT, Server

IRIS = (ROOT / "samples/iris/request.json").read_bytes()


class Installation:
    """A server that can be started again elsewhere: with its own database, if it has one."""

    def __init__(self, server: Server, database: Postgres | None = None):
        self.server = server
        self.database = database
        self.config = server.folder / "adyton.toml"
        text = ""
        if database:
            self.key = server.folder / "master.key"
            text = f'database_url = "{database.url}"\nmaster_key_file = "{self.key}"\n'
        self.config.write_text(text)

    def start(self) -> "Installation":
        self.server.start("--config", str(self.config))
        return self

    def run(self, *arguments: str, **more) -> subprocess.CompletedProcess:
        """A command on its data, as its administrator runs it."""
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.server.folder), "LANG": "C.UTF-8"}
        place = ["--config", str(self.config), "--data", str(self.server.data)]
        return subprocess.run([str(BINARY), *arguments, *place], capture_output=True, text=True, cwd=self.server.folder, env=environment, timeout=120, **more)

    def does(self, *arguments: str, **more) -> str:
        run = self.run(*arguments, **more)
        assert run.returncode == 0, run.stderr
        return run.stdout

    def refuses(self, *arguments: str, **more) -> str:
        run = self.run(*arguments, **more)
        assert run.returncode in (1, 2) and run.stderr.startswith("error: "), (run.returncode, run.stdout, run.stderr)
        return run.stderr


@pytest.fixture(params=["sqlite", "postgres"])
def installations(request, new_server):
    """Makes installations of one kind, with nothing in them."""
    databases: list[Postgres] = []

    def make(name: str) -> Installation:
        database = None
        if request.param == "postgres":
            database = Postgres().start()
            databases.append(database)
        return Installation(new_server(folder=name), database)

    yield make
    for database in databases:
        database.close()


@pytest.fixture(scope="module")
def backed_up(tmp_path_factory):
    """An archive of a server with two services, with and without the journal, and what is known of it."""
    server = Server(tmp_path_factory.mktemp("backed-up"))
    here = Installation(server).start()
    (server.data / "lib").mkdir()
    (server.data / "lib/libonnxruntime.so.1.0.0").write_text("what `doctor --fix` has put there")
    iris = server.deploy("iris", ROOT / "samples/iris")
    app = App.create(server, "caller", iris)
    request = call(server, KeyHolder(app.key, app.secret), iris.path, body=IRIS).headers["x-request-id"]
    assert f"gateway at {server.gateway}" in here.does("health"), "asked where it listens, whatever the settings say now"
    here.does("backup", "plain.tar.gz")
    here.does("backup", "whole.tar.gz", "--journal")
    here.does("backup", "keyless.tar.gz", "--without-key")
    yield here, iris, app, request
    server.close()


def answers(server: Server, service, app: App) -> None:
    server.wait_for_status(service.id, "running")
    answer = call(server, KeyHolder(app.key, app.secret), service.path, body=IRIS)
    assert (answer.status, answer.headers["x-adyton-answered-by"]) == (200, "model")


def test_what_was_backed_up_while_it_served_and_was_written_to_serves_on_another_machine(installations):
    here = installations("here")
    if here.database:
        here.key.write_text("5a" * 32)
        here.key.chmod(0o600)
    here.start()
    server = here.server
    iris = server.deploy("iris", ROOT / "samples/iris")
    app = App.create(server, "caller", iris)
    apps, done = f"/v2/{{project}}/apigw/instances/{instance_id(server)}/apps", threading.Event()

    def write() -> None:
        while not done.is_set():
            server.call("POST", apps, json={"name": f"later-{os.urandom(8).hex()}"})

    writer = threading.Thread(target=write)
    writer.start()
    said = here.does("backup", "backup.tar.gz")
    done.set()
    writer.join()
    archive = server.folder / "backup.tar.gz"
    assert archive.stat().st_mode & 0o777 == 0o600
    assert "1 package" in said and "master key" in said and "keep it as secret as the data folder" in said
    assert "adyton-backup-" not in " ".join(os.listdir(server.folder)), "nothing is left beside it"
    assert server.stop() == 0
    there = installations("there")
    told = there.does("restore", str(archive))
    assert "Start it with: adyton serve" in told
    assert not (there.server.data / ".restoring").exists()
    there.start()
    answers(there.server, iris, app)
    assert there.server.new_token(), "the first user signs in"
    assert there.server.bootstrap == server.bootstrap
    # A backup of what was restored is one too, and a restore does not replace anything.
    there.does("backup", "again.tar.gz")
    there.server.stop()
    assert "is not empty" in there.refuses("restore", str(archive))


def test_the_journal_comes_along_where_it_was_asked_for(backed_up, new_server):
    here, _, _, request = backed_up
    for archive, found in (("plain", False), ("whole", True)):
        there = Installation(new_server(folder=archive))
        there.does("restore", str(here.server.folder / f"{archive}.tar.gz"))
        assert (there.server.data / "lib/libonnxruntime.so.1.0.0").read_text().startswith("what"), "models that need it run there too"
        there.start()
        response = there.server.call("GET", f"/adyton/v1/{{project}}/requests/{request}")
        assert response.status_code == (200 if found else 404)
        there.server.close()


def test_without_the_key_nothing_of_it_is_in_the_archive_and_it_is_asked_for(backed_up, new_server):
    here, iris, app, _ = backed_up
    archive = here.server.folder / "keyless.tar.gz"
    key = (here.server.data / "master.key").read_text()
    with tarfile.open(archive) as tar:
        assert not {"master.key", "bootstrap.json"} & set(tar.getnames())
    content = gzip.decompress(archive.read_bytes())
    for secret in (key.strip(), here.server.bootstrap["password"], here.server.bootstrap["secret_key"], app.secret):
        assert secret.encode() not in content
    there = Installation(new_server(folder="keyless"))
    told = there.does("restore", str(archive))
    assert f"put the key that belongs to it at {there.server.data}/master.key" in told
    started = subprocess.run(there.server.command(), env=there.server.environment(), capture_output=True, text=True, timeout=30)
    assert started.returncode == 2 and "master.key is missing" in started.stderr
    (there.server.data / "master.key").write_text(key)
    # For the test's own calls.
    (there.server.data / "bootstrap.json").write_text(json.dumps(here.server.bootstrap))
    there.start()
    answers(there.server, iris, app)


def test_an_archive_is_read_by_the_usual_tools(backed_up, tmp_path):
    here, *_ = backed_up
    subprocess.run(["tar", "-xf", str(here.server.folder / "whole.tar.gz")], cwd=tmp_path, check=True)
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=tmp_path, check=True)
    header = json.loads((tmp_path / "adyton-backup.json").read_text())
    assert header["format"] == 1 and header["database"] == "sqlite" and header["master_key"] and header["journal"]
    # Everything that the folder has and that is not of the running server.
    ours = {"adyton-backup.json", "SHA256SUMS", "database"}
    passing = {"adyton.db", "adyton.db-wal", "adyton.db-shm", "adyton.lock", "ready.json", "reserve", "tmp", "trials"}
    there = {path.relative_to(here.server.data).parts[0] for path in here.server.data.rglob("*") if path.is_file()}
    assert set(os.listdir(tmp_path)) - ours >= there - passing - {"calls.json"}


def changed(archive: Path, to: Path, change) -> Path:
    """A copy of an archive in which `change` has seen to each entry: `(name, content)` to content, or nothing to leave it out."""
    with tarfile.open(archive) as old, tarfile.open(to, "w:gz") as new:
        for entry in old:
            content = change(entry.name, old.extractfile(entry).read())
            if content is not None:
                entry.size = len(content)
                new.addfile(entry, io.BytesIO(content))
    return to


def header(**changes):
    def change(name: str, content: bytes) -> bytes:
        return json.dumps(json.loads(content) | changes).encode() if name == "adyton-backup.json" else content

    return change


def test_what_cannot_be_restored_is_refused_and_leaves_nothing(backed_up, new_server, tmp_path):
    here, *_ = backed_up
    whole = here.server.folder / "whole.tar.gz"
    content = whole.read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(content[: len(content) // 2])
    (tmp_path / "damaged.tar.gz").write_bytes(content[:5000] + bytes([content[5000] ^ 1]) + content[5001:])
    (tmp_path / "thesis.txt").write_text("It was a dark and stormy night.")
    with tarfile.open(tmp_path / "foreign.tar.gz", "w:gz") as tar:
        tar.add(tmp_path / "thesis.txt", "thesis.txt")
    changed(whole, tmp_path / "swapped.tar.gz", lambda name, content: content[::-1] if name.endswith("model.onnx") else content)
    changed(whole, tmp_path / "lacking.tar.gz", lambda name, content: None if name.endswith("config.json") else content)
    changed(whole, tmp_path / "schema.tar.gz", header(schema=999, program="9.9.9"))
    changed(whole, tmp_path / "format.tar.gz", header(format=2))
    changed(whole, tmp_path / "postgres.tar.gz", header(database="postgres"))
    wanted = {
        "nowhere.tar.gz": ("cannot be opened", "adyton backup"),
        "cut.tar.gz": ("is damaged", "another copy of the backup"),
        "damaged.tar.gz": ("is damaged", "another copy of the backup"),
        "thesis.txt": ("is not a backup of Adyton",),
        "foreign.tar.gz": ("is not a backup of Adyton",),
        "swapped.tar.gz": ("differs from what was backed up", "model.onnx"),
        "lacking.tar.gz": ("differs from what was backed up", "config.json"),
        "schema.tar.gz": ("schema version 999", "adyton 9.9.9 or a newer one"),
        "format.tar.gz": ("format 2",),
        "postgres.tar.gz": ("PostgreSQL", "database_url"),
    }
    there = Installation(new_server(folder="there"))
    for name, texts in wanted.items():
        said = there.refuses("restore", str(tmp_path / name))
        assert name in said and all(text in said for text in texts), said
        assert not there.server.data.exists(), name
    # A folder that somebody has made is kept, and nothing is put in it.
    there.server.data.mkdir()
    there.refuses("restore", str(tmp_path / "cut.tar.gz"))
    assert sorted(os.listdir(there.server.data)) == ["adyton.lock", "audit.waiting"]
    there.does("restore", str(whole))
    (there.server.data / "master.key").unlink()
    assert "is not empty" in there.refuses("restore", str(whole))


def test_a_backup_says_what_it_lacks_and_replaces_nothing(backed_up, new_server):
    here, *_ = backed_up
    taken = here.refuses("backup", "whole.tar.gz")
    assert "already exists" in taken and "name another file" in taken
    assert "cannot be written" in here.refuses("backup", "no/such/folder/backup.tar.gz")
    empty = Installation(new_server(folder="empty"))
    said = empty.refuses("backup", "backup.tar.gz")
    assert "adyton.db: is not there" in said and "--data" in said
    assert not empty.server.data.exists(), "looking makes nothing"
    assert not [name for name in os.listdir(empty.server.folder) if "backup" in name]
    # Its holder is the better message than that it is not empty.
    assert "in use by process" in here.refuses("restore", str(here.server.folder / "whole.tar.gz"))


def test_a_forgotten_password_is_set_while_the_server_is_stopped(installations):
    here = installations("here")
    if here.database:
        here.key.write_text("5a" * 32)
        here.key.chmod(0o600)
    here.start()
    server = here.server
    old_token = server.token()
    new = "correct horse battery"
    if not here.database:
        refused = here.refuses("user", "password", "admin", "--offline", input=new)
        assert "in use by process" in refused and "adyton login --data" in refused
    assert server.stop() == 0
    assert "there is no user `root`" in (said := here.refuses("user", "password", "root", "--offline", input=new)) and "admin" in said
    assert "8 to 128 characters" in here.refuses("user", "password", "admin", "--offline", input="short")
    assert "The password of admin is changed" in here.does("user", "password", "admin", "--offline", input=new + "\n")
    here.start()
    assert server.ask_token().status_code == 401
    assert server.new_token(password=new)
    response = server.http.get(f"{server.control}/v3/auth/tokens", headers={"X-Auth-Token": old_token, "X-Subject-Token": old_token})
    assert response.status_code == 401


def test_nothing_is_begun_where_there_is_no_installation(tmp_path, new_server):
    nobody = Installation(new_server(folder="nobody"))
    for command in (["user", "password", "admin", "--offline"], ["master-key", "rotate"]):
        assert "there is no such data folder" in nobody.refuses(*command, input="correct horse")
        assert not nobody.server.data.exists()
    nobody.server.data.mkdir()
    assert "there is no database" in nobody.refuses("user", "password", "admin", "--offline", input="correct horse")
    assert "is not there" in nobody.refuses("master-key", "rotate")
    assert not (nobody.server.data / "bootstrap.json").exists()


def test_another_master_key_and_nobody_notices(installations):
    here = installations("here")
    if here.database:
        here.key.write_text("5a" * 32)
        here.key.chmod(0o600)
    here.start()
    server = here.server
    iris = server.deploy("iris", ROOT / "samples/iris")
    app = App.create(server, "caller", iris)
    token = server.token()
    here.does("backup", "before.tar.gz")
    key = here.key if here.database else server.data / "master.key"
    before = key.read_text()
    refused = here.refuses("master-key", "rotate")
    assert "in use by process" in refused
    assert server.stop() == 0
    said = here.does("master-key", "rotate")
    assert str(key) in said and "Make a backup now" in said
    assert key.read_text() != before and key.stat().st_mode & 0o777 == 0o600
    here.start()
    answers(server, iris, app)
    server._token = token
    assert server.call("GET", "/v1/{project}/services").status_code == 200, "tokens stay"
    server.stop()
    key.write_text(before)
    started = subprocess.run(server.command("--config", str(here.config)), env=server.environment(), capture_output=True, text=True, timeout=30)
    assert started.returncode == 2 and "is not the master key" in started.stderr


def test_a_change_of_the_master_key_that_is_killed_leaves_a_folder_that_serves(new_server):
    here = Installation(new_server()).start()
    server = here.server
    app = App.create(server, "caller", server.deploy("echo", ECHO))
    assert server.stop() == 0
    command = [str(BINARY), "master-key", "rotate", "--data", str(server.data)]
    for after in range(0, 200, 20):
        rotating = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=server.folder)
        try:
            rotating.wait(after / 1000)
        except subprocess.TimeoutExpired:
            rotating.send_signal(signal.SIGKILL)
            rotating.wait()
    here.start()
    service = server.manage("GET", "/v1/{project}/services")["services"][0]
    server.wait_for_status(service["service_id"], "running")
    assert call(server, KeyHolder(app.key, app.secret), f"/v1/infers/{service['service_id']}").status == 200
    assert not (server.data / "master.key.new").exists()
